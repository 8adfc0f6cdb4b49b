// A secret that says who it is and nothing else, and a Fetch for providers that rest on nobody.
#pragma once

#include "clouds/provider.h"

namespace pgiam::test {

struct FakeSecret : KeptSecret {
  std::string id;
  std::string_view owner_id() const override { return id; }
  std::string owner() const override { return id; }
  std::vector<HandedOut> hand_out() const override { return {{"id", id.c_str()}}; }
};

// Nothing is kept: whatever is rested on is loaded.
struct FetchAnew : Fetch {
  Result<KeptSecretPtr> get(const SecretSource& source, const Call& call, Trace& trace) override {
    return source.provider->load(call, trace, *this);
  }
};

struct NoFetch : Fetch {
  Result<KeptSecretPtr> get(const SecretSource&, const Call&, Trace&) override {
    return make_error(Status::kInternal, "nothing rests on another source here");
  }
};

}  // namespace pgiam::test
