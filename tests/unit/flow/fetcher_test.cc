#include "flow/fetcher_fixture.h"

namespace pgiam {
namespace {

TEST_F(FetcherTest, LoadsOnceAndKeeps) {
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(FetcherTest, LoadsAnewWhenLittleLifeIsLeft) {
  provider_.give(key("first", in(Seconds{3600})));
  EXPECT_EQ(id(), "first");
  fake_.clock.advance(Seconds{3541});
  provider_.give(key("second", in(Seconds{3600})));
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(FetcherTest, AFailedRefreshKeepsWhatIsStillValidAndThenTellsItsReason) {
  provider_.give(key("first", in(Seconds{100})));
  id();
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  fake_.clock.advance(Seconds{90});
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(provider_.loads(), 2);
  fake_.clock.advance(Seconds{11});
  EXPECT_EQ(id(), "the network is down");
}

TEST_F(FetcherTest, FailuresAreNotKept) {
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  EXPECT_EQ(id(), "the network is down");
  provider_.give(key("first"));
  EXPECT_EQ(id(), "first");
}

TEST_F(FetcherTest, ARefreshLoadsAnew) {
  id();
  provider_.give(key("second"));
  EXPECT_EQ(id(true), "second");
}

TEST_F(FetcherTest, TellsTheProviderWhatIsToBeReplaced) {
  id();
  EXPECT_EQ(provider_.replaces(), "");
  id(true);
  EXPECT_EQ(provider_.replaces(), "first");
}

TEST_F(FetcherTest, AProviderMayRestOnAnotherSource) {
  struct Role : Provider {
    explicit Role(SecretSource on) : base(std::move(on)) {}
    Result<KeptSecretPtr> load(const Call& call, Trace& trace, Fetch& fetch) override {
      const auto found = fetch.get(base, call, trace);
      if (!found) return found.error();
      return key("role on " + std::string((*found)->owner_id()));
    }
    SecretSource base;
  };
  for (const char* name : {"a", "b"}) {
    const SecretSource role{name, std::make_shared<Role>(source_)};
    Trace trace;
    const auto found = fetcher_.get({role, fake_.world, fake_.call()}, trace);
    EXPECT_EQ(found->secret->owner_id(), "role on first");
  }
  EXPECT_EQ(provider_.loads(), 1) << "both rest on the same";
}

TEST_F(FetcherTest, AnOfflineCallIsNobodyElsesBusiness) {
  Call offline = fake_.call();
  offline.offline = true;
  provider_.give_first(make_error(Status::kNetwork, "would ask somebody"));
  EXPECT_EQ(get(offline).error().message, "would ask somebody");
  EXPECT_EQ(id(), "first");
  EXPECT_EQ(get(offline)->secret->owner_id(), "first") << "from memory";
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(FetcherTest, AllWhoWaitShareOneLoad) {
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

TEST_F(FetcherTest, WhoHasLiveCredentialsDoesNotWaitForTheRefresh) {
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

TEST_F(FetcherTest, ACancelledWaiterLeavesAtOnce) {
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

TEST_F(FetcherTest, AWaiterGivesUpAtItsOwnDeadline) {
  provider_.hold();
  std::thread leader([&] { id(); });
  provider_.wait_for_load(1);
  Call call = fake_.call();
  call.deadline = fake_.clock.uptime() + Milliseconds{1};
  const Error error = get(call).error();
  EXPECT_EQ(error.status, Status::kTimeout);
  EXPECT_TRUE(error.retryable);
  provider_.release();
  leader.join();
}

TEST_F(FetcherTest, TheLeadersOwnTimeOutIsNotItsFollowers) {
  provider_.hold();
  provider_.give_first(make_error(Status::kTimeout, "the leader had little time"));
  std::thread leader([&] { EXPECT_EQ(id(), "the leader had little time"); });
  provider_.wait_for_load(1);
  std::thread follower([&] { EXPECT_EQ(id(), "first"); });
  provider_.release();
  leader.join();
  follower.join();
}

TEST_F(FetcherTest, AProviderThatThrowsStrandsNobody) {
  struct Throwing : Provider {
    Result<KeptSecretPtr> load(const Call&, Trace&, Fetch&) override { throw std::bad_alloc(); }
  };
  const SecretSource throwing{"key", std::make_shared<Throwing>()};
  Trace trace;
  EXPECT_THROW(static_cast<void>(fetcher_.get({throwing, fake_.world, fake_.call()}, trace)),
               std::bad_alloc);
  EXPECT_EQ(id(), "first");
}

TEST_F(FetcherTest, RenewsInTheBackgroundAheadOfTheEnd) {
  provider_.give(key("first", in(Seconds{3600})));
  id();
  provider_.give(key("second", in(Seconds{7200})));
  EXPECT_LE(fetcher_.renew_what_is_due(), Seconds{3600 - 900 + 90});
  fake_.clock.advance(Seconds{2699});
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1) << "15 minutes are left, and a second";
  fake_.clock.advance(Seconds{91});
  EXPECT_EQ(id(), "first") << "nobody waits";
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.replaces(), "first");
  EXPECT_EQ(id(), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(FetcherTest, WhatNobodyUsesIsRenewedOnceAndThenLapses) {
  provider_.give(key("first", in(Seconds{3600})));
  id();
  provider_.give(key("second", in(Seconds{7200})));
  fake_.clock.advance(Seconds{3000});
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 2);
  fake_.clock.advance(Seconds{3600});
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 2);
  EXPECT_EQ(id(), "second");
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 3) << "used again, and 10 minutes are left";
}

TEST_F(FetcherTest, AFailedRenewalIsTriedAgainWhileThereIsTimeAndCostsCallersNothing) {
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
    fetcher_.renew_what_is_due();
    renewals += provider_.loads() - before;
  }
  EXPECT_GE(renewals, 4);
  EXPECT_LE(renewals, 30);
  EXPECT_EQ(id(), "the network is down");
  EXPECT_THAT(fake_.log.text(), testing::HasSubstr("could not be renewed yet: the network is down"));
}

TEST_F(FetcherTest, OnceTheyAreDeadAllShareTheReasonUntilTheNextTry) {
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

TEST_F(FetcherTest, WhoIsToldThatReasonIsToldHowLongItHolds) {
  provider_.give(key("first", in(Seconds{100})));
  id();
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  fake_.clock.advance(Seconds{101});
  const std::int64_t pause = get().error().retry_after_ms;
  EXPECT_GE(pause, 1000);
  EXPECT_LE(pause, 1250);
  fake_.clock.advance(Milliseconds{400});
  EXPECT_EQ(get().error().retry_after_ms, pause - 400);
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(FetcherTest, AnExplicitRefreshDoesNotWaitForTheNextTry) {
  provider_.give(key("first", in(Seconds{100})));
  id();
  fake_.clock.advance(Seconds{101});
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  id();
  provider_.give(key("second"));
  EXPECT_EQ(id(true), "second");
}

TEST_F(FetcherTest, CredentialsThatComeAboutToDieAreNotAskedForAllTheTime) {
  provider_.give(key("first", in(Seconds{40})));
  for (int i = 0; i < 200; ++i) id();
  EXPECT_EQ(provider_.loads(), 1);
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(FetcherTest, WhatItsSourceOnlyRepeatsIsNotRenewedAhead) {
  auto fixed = std::make_shared<test::FakeSecret>();
  fixed->id = "first";
  fixed->expires_at = in(Seconds{3600});
  fixed->renewable = false;
  provider_.give(KeptSecretPtr(fixed));
  id();
  fake_.clock.advance(Seconds{3500});
  id();
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1);
}

TEST_F(FetcherTest, NothingIsRenewedForAContextThatLeft) {
  provider_.give(key("first", in(Seconds{3600})));
  id();
  fetcher_.leave(fake_.world);
  fake_.clock.advance(Seconds{3000});
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 1);
  EXPECT_EQ(id(), "first") << "another context takes over";
  fetcher_.renew_what_is_due();
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(FetcherTest, WhomNobodyMayAskDoesNotWaitForAnAnswer) {
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

TEST_F(FetcherTest, ASourceThatCallsTheQuietTryOffIsAskedByThoseWhoMayBeAsked) {
  const auto off = make_error(Status::kCancelled, "may ask a person");
  provider_.give_first(off);
  EXPECT_EQ(get().error().status, Status::kCancelled);
  provider_.give_first(off);
  Call asking = fake_.call();
  asking.may_prompt = true;
  const auto found = get(asking);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(provider_.loads(), 3);
}

TEST(SharedFetcher, RenewsOnAThreadOfItsOwnUntilTheContextLeaves) {
  test::FakeWorld fake;
  const auto provider = std::make_shared<ScriptedProvider>();
  Fetcher fetcher;
  Trace trace;
  // Half of 0.2 s ahead of their end is now, but for the thread's own start.
  provider->give(key("first", fake.clock.now() + Milliseconds{200}));
  const SecretSource source{"key", provider};
  ASSERT_TRUE(fetcher.get({source, fake.world, fake.call()}, trace));
  provider->give(key("second"));
  fake.clock.advance(Milliseconds{150});
  provider->wait_for_load(2);
  fetcher.leave(fake.world);
  EXPECT_EQ(fetcher.peek("key")->owner_id(), "second");
}

TEST(SharedFetcher, ARenewalIsCalledOffWhenItsContextLeaves) {
  struct Endless : Provider {
    Result<KeptSecretPtr> load(const Call& call, Trace&, Fetch&) override {
      if (std::exchange(first, false)) return key("first", call.now + Milliseconds{20});
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      started = true;
      started.notify_all();
      never.wait(lock, call.stop, [] { return false; });
      return cancelled();
    }
    bool first = true;
    std::atomic<bool> started{false};
  };
  test::FakeWorld fake;
  const auto provider = std::make_shared<Endless>();
  Fetcher fetcher;
  Trace trace;
  const SecretSource source{"key", provider};
  ASSERT_TRUE(fetcher.get({source, fake.world, fake.call()}, trace));
  fake.clock.advance(Milliseconds{15});
  provider->started.wait(false);
  fetcher.leave(fake.world);
  EXPECT_EQ(provider.use_count(), 2) << "nobody holds on to it but this test";
}

TEST(SharedFetcher, IsOneWhileAnybodyHoldsIt) {
  const auto one = Fetcher::shared();
  EXPECT_EQ(one, Fetcher::shared());
}

}  // namespace
}  // namespace pgiam
