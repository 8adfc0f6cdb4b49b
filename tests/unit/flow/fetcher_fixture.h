// A fetcher, and a source whose secrets a test hands out.
#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "fake_secret.h"
#include "fakes.h"
#include "flow/fetch/fetcher.h"
#include "gate.h"

namespace pgiam {

inline KeptSecretPtr key(const std::string& id, std::optional<Time> expires_at = std::nullopt) {
  auto made = std::make_shared<test::FakeSecret>();
  made->id = id;
  made->expires_at = expires_at;
  return made;
}

// Loads what it is told, and can be held in the middle of it. Asks, where that is allowed, if it is
// to have a login.
class ScriptedProvider : public Provider {
 public:
  Result<KeptSecretPtr> load(const Call& call, Trace&, Fetch&) override {
    if (has_to_ask(call)) {
      gate_.count();
      return make_error(Status::kLoginRequired, "log in");
    }
    gate_.pass();
    const std::lock_guard lock(mutex_);
    if (first_) return *std::exchange(first_, std::nullopt);
    return next_;
  }
  // For one load; what `give` gave is for all later ones.
  void give_first(Result<KeptSecretPtr> first) {
    const std::lock_guard lock(mutex_);
    first_ = std::move(first);
  }
  void give(Result<KeptSecretPtr> next) {
    const std::lock_guard lock(mutex_);
    next_ = std::move(next);
  }
  void need_login() {
    const std::lock_guard lock(mutex_);
    needs_login_ = true;
  }
  void hold() { gate_.shut(); }
  void release() { gate_.open(); }
  void wait_for_load(int count) { gate_.wait_for_arrivals(count); }
  // What the last load was to replace.
  std::string replaces() const {
    const std::lock_guard lock(mutex_);
    return replaces_;
  }
  int loads() const { return gate_.arrived(); }

 private:
  bool has_to_ask(const Call& call) {
    const std::lock_guard lock(mutex_);
    replaces_ = call.replaces;
    return needs_login_ && !call.may_prompt;
  }

  test::Gate gate_;
  mutable std::mutex mutex_;
  bool needs_login_ = false;
  std::string replaces_;
  std::optional<Result<KeptSecretPtr>> first_;
  Result<KeptSecretPtr> next_ = key("first");
};

class FetcherTest : public testing::Test {
 protected:
  Result<Found> get(bool refresh = false) { return get(fake_.call(), refresh); }
  Result<Found> get(const Call& call, bool refresh = false, std::string_view user = {}) {
    Trace trace;
    return fetcher_.get({source_, fake_.world, call, refresh, user}, trace);
  }
  std::string id_for(std::string_view user) {
    const auto found = get(fake_.call(), false, user);
    return found ? std::string(found->secret->owner_id()) : found.error().message;
  }
  bool refuse(std::string_view user, const KeptSecretPtr& secret) {
    return fetcher_.refused("key", secret, user, fake_.clock.uptime());
  }
  bool refuse(std::string_view user) { return refuse(user, fetcher_.peek("key")); }
  std::string id(bool refresh = false) {
    const auto found = get(refresh);
    return found ? std::string(found->secret->owner_id()) : found.error().message;
  }
  Time in(Seconds seconds) { return fake_.clock.now() + seconds; }

  test::FakeWorld fake_;
  const std::shared_ptr<ScriptedProvider> shared_provider_ = std::make_shared<ScriptedProvider>();
  ScriptedProvider& provider_ = *shared_provider_;
  const SecretSource source_{"key", shared_provider_};
  Fetcher fetcher_{false};  // nothing happens in the background but what a test does
};

}  // namespace pgiam
