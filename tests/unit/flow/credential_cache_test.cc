#include "flow/credential_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "fakes.h"

namespace pgiam {
namespace {

CredentialsPtr key(const std::string& id, std::optional<Time> expires_at = std::nullopt) {
  auto made = std::make_shared<Credentials>();
  made->access_key_id = id;
  made->expires_at = expires_at;
  return made;
}

// Loads what it is told, and can be held in the middle of it.
class ScriptedProvider : public Provider {
 public:
  std::string_view name() const override { return "test"; }
  Result<CredentialsPtr> load(const Call& call, Trace&) override {
    std::unique_lock lock(mutex_);
    ++loads_;
    replaces_ = call.replaces;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (first_) return *std::exchange(first_, std::nullopt);
    return next_;
  }
  // For one load; what `give` gave is for all later ones.
  void give_first(Result<CredentialsPtr> first) {
    const std::lock_guard lock(mutex_);
    first_ = std::move(first);
  }
  void give(Result<CredentialsPtr> next) {
    const std::lock_guard lock(mutex_);
    next_ = std::move(next);
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
  int loads_ = 0;
  std::string replaces_;
  std::optional<Result<CredentialsPtr>> first_;
  Result<CredentialsPtr> next_ = key("first");
};

class CredentialCacheTest : public testing::Test {
 protected:
  Result<CredentialCache::Found> get(bool refresh = false) { return get(fake_.call(), refresh); }
  Result<CredentialCache::Found> get(const Call& call, bool refresh = false) {
    Trace trace;
    return cache_.get("key", provider_, fake_.clock, call, refresh, trace);
  }
  std::string id(bool refresh = false) {
    const auto found = get(refresh);
    return found ? found->credentials->access_key_id : found.error().message;
  }
  Time in(Seconds seconds) { return fake_.clock.now() + seconds; }

  test::FakeWorld fake_;
  ScriptedProvider provider_;
  CredentialCache cache_;
};

TEST_F(CredentialCacheTest, LoadsOnceAndKeeps) {
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(CredentialCacheTest, LoadsAnewWhenLittleLifeIsLeft) {
  provider_.give(key("first", in(Seconds{100})));
  EXPECT_EQ(id(), "first");
  fake_.clock.advance(Seconds{50});
  provider_.give(key("second", in(Seconds{3600})));
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(CredentialCacheTest, AFailedRefreshKeepsWhatIsStillValidAndThenTellsItsReason) {
  provider_.give(key("first", in(Seconds{100})));
  id();
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  fake_.clock.advance(Seconds{50});
  EXPECT_EQ(id(), "first");
  fake_.clock.advance(Seconds{51});
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
  const CredentialsPtr old = cache_.peek("key");
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
    std::string_view name() const override { return "throwing"; }
    Result<CredentialsPtr> load(const Call&, Trace&) override { throw std::bad_alloc(); }
  } throwing;
  Trace trace;
  EXPECT_THROW(
      static_cast<void>(cache_.get("key", throwing, fake_.clock, fake_.call(), false, trace)),
      std::bad_alloc);
  EXPECT_EQ(id(), "first");
}

TEST(SharedCredentialCache, IsOneWhileAnybodyHoldsIt) {
  const auto one = CredentialCache::shared();
  EXPECT_EQ(one, CredentialCache::shared());
}

}  // namespace
}  // namespace pgiam
