// The small interface that finds a secret, and how one secret rests on another.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/call.h"
#include "base/result.h"
#include "clouds/kept_secret.h"

namespace pgiam {

// One source that was asked, for errors and `explain`.
struct SourceTried {
  enum class Outcome { kSkipped, kFailed, kWon };
  std::string provider;
  Outcome outcome = Outcome::kSkipped;
  std::string detail;  // why skipped, how failed; never a secret
  Milliseconds took{0};
};
using Trace = std::vector<SourceTried>;

class Provider;

// Where the secret of one identity comes from. Two connections with the same key share it.
struct SecretSource {
  std::string key;
  std::shared_ptr<Provider> provider;
};

// For a provider that needs another's secret first (a role rests on credentials): from memory while
// it is good, else from its own source, once for all who want it. Asked again with what it gave as
// `Call::replaces`, since a service refused that, it gives another one if there is another to be had.
// Asked first of all: where it fails for Call::waits_for, the load is begun anew.
class Fetch {
 public:
  virtual ~Fetch() = default;
  virtual Result<KeptSecretPtr> get(const SecretSource& source, const Call& call,
                                    Trace& trace) = 0;
};

class Provider {
 public:
  virtual ~Provider() = default;
  // May block until the call's deadline; any thread. In an offline call a source that needs the
  // network fails with kNetwork and says what it would have asked. `trace` gets a line for each
  // source asked.
  virtual Result<KeptSecretPtr> load(const Call& call, Trace& trace, Fetch& fetch) = 0;
};

}  // namespace pgiam
