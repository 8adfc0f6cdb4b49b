#include "flow/credential_cache.h"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "fake_secret.h"
#include "fakes.h"

namespace pgiam {
namespace {

KeptSecretPtr key(const std::string& id, std::optional<Time> expires_at = std::nullopt) {
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
    std::unique_lock lock(mutex_);
    ++loads_;
    replaces_ = call.replaces;
    if (needs_login_ && !call.may_prompt) return make_error(Status::kLoginRequired, "log in");
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
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
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  void wait_for_load(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return loads_ >= count; });
  }
  // What the last load was to replace.
  std::string replaces() {
    const std::lock_guard lock(mutex_);
    return replaces_;
  }
  int loads() {
    const std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool needs_login_ = false;
  int loads_ = 0;
  std::string replaces_;
  std::optional<Result<KeptSecretPtr>> first_;
  Result<KeptSecretPtr> next_ = key("first");
};

class CredentialCacheTest : public testing::Test {
 protected:
  Result<CredentialCache::Found> get(bool refresh = false) { return get(fake_.call(), refresh); }
  Result<CredentialCache::Found> get(const Call& call, bool refresh = false) {
    Trace trace;
    return cache_.get(source_, fake_.world, call, refresh, trace);
  }
  std::string id(bool refresh = false) {
    const auto found = get(refresh);
    return found ? std::string(found->secret->owner_id()) : found.error().message;
  }
  Time in(Seconds seconds) { return fake_.clock.now() + seconds; }

  test::FakeWorld fake_;
  const std::shared_ptr<ScriptedProvider> shared_provider_ = std::make_shared<ScriptedProvider>();
  ScriptedProvider& provider_ = *shared_provider_;
  const SecretSource source_{"key", shared_provider_};
  CredentialCache cache_{false};  // nothing happens in the background but what a test does
};

TEST_F(CredentialCacheTest, LoadsOnceAndKeeps) {
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(CredentialCacheTest, LoadsAnewWhenLittleLifeIsLeft) {
  provider_.give(key("first", in(Seconds{3600})));
  EXPECT_EQ(id(), "first");
  fake_.clock.advance(Seconds{3541});
  provider_.give(key("second", in(Seconds{3600})));
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(CredentialCacheTest, AFailedRefreshKeepsWhatIsStillValidAndThenTellsItsReason) {
  provider_.give(key("first", in(Seconds{100})));
  id();
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  fake_.clock.advance(Seconds{90});
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(provider_.loads(), 2);
  fake_.clock.advance(Seconds{11});
  EXPECT_EQ(id(), "the network is down");
}

TEST_F(CredentialCacheTest, FailuresAreNotKept) {
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  EXPECT_EQ(id(), "the network is down");
  provider_.give(key("first"));
  EXPECT_EQ(id(), "first");
}

TEST_F(CredentialCacheTest, ARefreshLoadsAnew) {
  id();
  provider_.give(key("second"));
  EXPECT_EQ(id(true), "second");
}

TEST_F(CredentialCacheTest, TellsTheProviderWhatIsToBeReplaced) {
  id();
  EXPECT_EQ(provider_.replaces(), "");
  id(true);
  EXPECT_EQ(provider_.replaces(), "first");
}

TEST_F(CredentialCacheTest, DistrustForcesOneLoadAMinute) {
  id();
  provider_.give(key("second"));
  cache_.distrust("key", cache_.peek("key"), fake_.clock.uptime());
  EXPECT_EQ(id(), "second");
  cache_.distrust("key", cache_.peek("key"), fake_.clock.uptime());
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(provider_.loads(), 2) << "within the same minute";
  fake_.clock.advance(Seconds{61});
  cache_.distrust("key", cache_.peek("key"), fake_.clock.uptime());
  id();
  EXPECT_EQ(provider_.loads(), 3);
}

TEST_F(CredentialCacheTest, DistrustOfOldCredentialsLeavesNewerOnesAlone) {
  id();
  const KeptSecretPtr old = cache_.peek("key");
  provider_.give(key("second"));
  id(true);
  cache_.distrust("key", old, fake_.clock.uptime());
  id();
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(CredentialCacheTest, AllWhoWaitShareOneLoad) {
  provider_.hold();
  std::vector<std::thread> threads;
  std::atomic<int> got{0};
  for (int i = 0; i < 64; ++i)
    threads.emplace_back([&] {
      if (id() == "first") ++got;
    });
  provider_.wait_for_load(1);
  provider_.release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(got, 64);
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(CredentialCacheTest, WhoHasLiveCredentialsDoesNotWaitForTheRefresh) {
  provider_.give(key("first", in(Seconds{50})));
  id();
  fake_.clock.advance(Seconds{45});
  provider_.hold();
  std::thread leader([&] { id(); });
  provider_.wait_for_load(2);
  EXPECT_EQ(id(), "first");
  provider_.release();
  leader.join();
}

TEST_F(CredentialCacheTest, ACancelledWaiterLeavesAtOnce) {
  provider_.hold();
  std::thread leader([&] { id(); });
  provider_.wait_for_load(1);
  std::stop_source stop;
  std::thread canceller([&] { stop.request_stop(); });
  Call call = fake_.call();
  call.stop = stop.get_token();
  EXPECT_EQ(get(call).error().status, Status::kCancelled);
  canceller.join();
  provider_.release();
  leader.join();
}

TEST_F(CredentialCacheTest, AWaiterGivesUpAtItsOwnDeadline) {
  provider_.hold();
  std::thread leader([&] { id(); });
  provider_.wait_for_load(1);
  Call call = fake_.call();
  call.deadline = fake_.clock.uptime() + Milliseconds{1};
  EXPECT_EQ(get(call).error().status, Status::kTimeout);
  provider_.release();
  leader.join();
}

TEST_F(CredentialCacheTest, TheLeadersOwnTimeOutIsNotItsFollowers) {
  provider_.hold();
  provider_.give_first(make_error(Status::kTimeout, "the leader had little time"));
  std::thread leader([&] { EXPECT_EQ(id(), "the leader had little time"); });
  provider_.wait_for_load(1);
  std::thread follower([&] { EXPECT_EQ(id(), "first"); });
  provider_.release();
  leader.join();
  follower.join();
}

TEST_F(CredentialCacheTest, AProviderThatThrowsStrandsNobody) {
  struct Throwing : Provider {
    Result<KeptSecretPtr> load(const Call&, Trace&, Fetch&) override { throw std::bad_alloc(); }
  };
  const SecretSource throwing{"key", std::make_shared<Throwing>()};
  Trace trace;
  EXPECT_THROW(
      static_cast<void>(cache_.get(throwing, fake_.world, fake_.call(), false, trace)),
      std::bad_alloc);
  EXPECT_EQ(id(), "first");
}

TEST_F(CredentialCacheTest, RenewsInTheBackgroundAheadOfTheEnd) {
  provider_.give(key("first", in(Seconds{3600})));
  id();
  provider_.give(key("second", in(Seconds{7200})));
  EXPECT_LE(cache_.renew_what_is_due(), Seconds{3600 - 900 + 90});
  fake_.clock.advance(Seconds{2699});
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1) << "15 minutes are left, and a second";
  fake_.clock.advance(Seconds{91});
  EXPECT_EQ(id(), "first") << "nobody waits";
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.replaces(), "first");
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(CredentialCacheTest, WhatNobodyUsesIsRenewedOnceAndThenLapses) {
  provider_.give(key("first", in(Seconds{3600})));
  id();
  provider_.give(key("second", in(Seconds{7200})));
  fake_.clock.advance(Seconds{3000});
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 2);
  fake_.clock.advance(Seconds{3600});
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 2);
  EXPECT_EQ(id(), "second");
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 3) << "used again, and 10 minutes are left";
}

TEST_F(CredentialCacheTest, AFailedRenewalIsTriedAgainWhileThereIsTimeAndCostsCallersNothing) {
  provider_.give(key("first", in(Seconds{3600})));
  id();
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  int renewals = 0;
  for (int second = 0; second < 3600; ++second) {
    fake_.clock.advance(Seconds{1});
    if (second == 3599) break;
    const int before = provider_.loads();
    EXPECT_EQ(id(), "first") << second;
    if (second < 3500) {
      EXPECT_EQ(provider_.loads(), before) << "a caller waited";
    }
    cache_.renew_what_is_due();
    renewals += provider_.loads() - before;
  }
  EXPECT_GE(renewals, 4);
  EXPECT_LE(renewals, 30);
  EXPECT_EQ(id(), "the network is down");
  EXPECT_THAT(fake_.log.text(), testing::HasSubstr("could not be renewed yet: the network is down"));
}

TEST_F(CredentialCacheTest, OnceTheyAreDeadAllShareTheReasonUntilTheNextTry) {
  provider_.give(key("first", in(Seconds{100})));
  id();
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  fake_.clock.advance(Seconds{101});
  EXPECT_EQ(id(), "the network is down");
  const int loads = provider_.loads();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(id(), "the network is down");
  EXPECT_EQ(provider_.loads(), loads);
  int tries = 0;
  for (int second = 0; second < 120; ++second) {
    fake_.clock.advance(Seconds{1});
    const int before = provider_.loads();
    id();
    tries += provider_.loads() - before;
  }
  EXPECT_GE(tries, 6) << "about 1, 2, 4, 8, 16, 30, 30 seconds apart";
  EXPECT_LE(tries, 9);
  provider_.give(key("second"));
  fake_.clock.advance(Seconds{30});
  EXPECT_EQ(id(), "second");
}

TEST_F(CredentialCacheTest, AnExplicitRefreshDoesNotWaitForTheNextTry) {
  provider_.give(key("first", in(Seconds{100})));
  id();
  fake_.clock.advance(Seconds{101});
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  id();
  provider_.give(key("second"));
  EXPECT_EQ(id(true), "second");
}

TEST_F(CredentialCacheTest, CredentialsThatComeAboutToDieAreNotAskedForAllTheTime) {
  provider_.give(key("first", in(Seconds{40})));
  for (int i = 0; i < 200; ++i) id();
  EXPECT_EQ(provider_.loads(), 1);
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(CredentialCacheTest, WhatItsSourceOnlyRepeatsIsNotRenewedAhead) {
  auto fixed = std::make_shared<test::FakeSecret>();
  fixed->id = "first";
  fixed->expires_at = in(Seconds{3600});
  fixed->renewable = false;
  provider_.give(KeptSecretPtr(fixed));
  id();
  fake_.clock.advance(Seconds{3500});
  id();
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(CredentialCacheTest, NothingIsRenewedForAContextThatLeft) {
  provider_.give(key("first", in(Seconds{3600})));
  id();
  cache_.leave(fake_.world);
  fake_.clock.advance(Seconds{3000});
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1);
  EXPECT_EQ(id(), "first") << "another context takes over";
  cache_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(CredentialCacheTest, WhomNobodyMayAskDoesNotWaitForAnAnswer) {
  provider_.need_login();
  provider_.hold();
  Call asking = fake_.call();
  asking.may_prompt = true;
  std::vector<std::thread> people;
  std::atomic<int> got{0};
  for (int i = 0; i < 8; ++i)
    people.emplace_back([&] {
      const auto found = get(asking);
      if (found && found->secret->owner_id() == "first") ++got;
    });
  provider_.wait_for_load(2);  // the quiet try, and the one that asks
  EXPECT_EQ(get().error().status, Status::kLoginRequired);
  provider_.release();
  for (std::thread& person : people) person.join();
  EXPECT_EQ(got, 8);
  EXPECT_EQ(id(), "first") << "now it is there for all";
}

TEST(SharedCredentialCache, RenewsOnAThreadOfItsOwnUntilTheContextLeaves) {
  test::FakeWorld fake;
  const auto provider = std::make_shared<ScriptedProvider>();
  CredentialCache cache;
  Trace trace;
  // Half of 0.2 s ahead of their end is now, but for the thread's own start.
  provider->give(key("first", fake.clock.now() + Milliseconds{200}));
  ASSERT_TRUE(cache.get({"key", provider}, fake.world, fake.call(), false, trace));
  provider->give(key("second"));
  fake.clock.advance(Milliseconds{150});
  provider->wait_for_load(2);
  cache.leave(fake.world);
  EXPECT_EQ(cache.peek("key")->owner_id(), "second");
}

TEST(SharedCredentialCache, ARenewalIsCalledOffWhenItsContextLeaves) {
  struct Endless : Provider {
    Result<KeptSecretPtr> load(const Call& call, Trace&, Fetch&) override {
      if (std::exchange(first, false)) return key("first", call.now + Milliseconds{20});
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      started = true;
      started.notify_all();
      never.wait(lock, call.stop, [] { return false; });
      return make_error(Status::kCancelled, "cancelled");
    }
    bool first = true;
    std::atomic<bool> started{false};
  };
  test::FakeWorld fake;
  const auto provider = std::make_shared<Endless>();
  CredentialCache cache;
  Trace trace;
  ASSERT_TRUE(cache.get({"key", provider}, fake.world, fake.call(), false, trace));
  fake.clock.advance(Milliseconds{15});
  provider->started.wait(false);
  cache.leave(fake.world);
  EXPECT_EQ(provider.use_count(), 1) << "nobody holds on to it";
}

TEST(SharedCredentialCache, IsOneWhileAnybodyHoldsIt) {
  const auto one = CredentialCache::shared();
  EXPECT_EQ(one, CredentialCache::shared());
}

}  // namespace
}  // namespace pgiam
