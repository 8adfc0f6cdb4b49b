// What servers said about a secret decides for whom it is fetched anew.
#include "flow/fetcher_fixture.h"

namespace pgiam {
namespace {

using TrustTest = FetcherTest;

TEST_F(TrustTest, ARefusedSecretIsFetchedAnewForWhomItWasRefusedAndForNobodyElse) {
  EXPECT_EQ(id_for("app"), "first");
  provider_.give(key("second"));
  EXPECT_TRUE(refuse("app"));
  EXPECT_EQ(id_for("other"), "first") << "nobody else waits or fetches";
  EXPECT_EQ(provider_.loads(), 1);
  EXPECT_EQ(id_for("app"), "second");
  EXPECT_EQ(provider_.replaces(), "first");
  EXPECT_EQ(id_for("other"), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(TrustTest, OneWhoIsRefusedWithWhatWasFetchedForThatReasonWaitsForARenewal) {
  provider_.give(key("first", in(Seconds{3600})));
  id_for("app");
  provider_.give(key("second", in(Seconds{3600})));
  refuse("app");
  EXPECT_EQ(id_for("app"), "second");
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(refuse("app")) << "another would do no better";
    EXPECT_EQ(id_for("app"), "second");
  }
  EXPECT_EQ(provider_.loads(), 2);
  provider_.give(key("third", in(Seconds{7200})));
  fake_.clock.advance(Seconds{3000});
  fetcher_.renew_what_is_due();
  EXPECT_EQ(id_for("app"), "third");
  provider_.give(key("fourth", in(Seconds{7200})));
  EXPECT_TRUE(refuse("app")) << "a new secret, a new chance";
  EXPECT_EQ(id_for("app"), "fourth");
}

TEST_F(TrustTest, WhoWasLetInBeforeCausesOneFetchAsWell) {
  id_for("app");
  fetcher_.accepted("key", "app");
  for (const char* next : {"second", "third"}) {
    const int before = provider_.loads();
    provider_.give(key(next, in(Seconds{3600})));
    EXPECT_TRUE(refuse("app"));
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(id_for("app"), next);
      EXPECT_FALSE(refuse("app"));
    }
    EXPECT_EQ(provider_.loads(), before + 1);
    fetcher_.accepted("key", "app");
  }
}

TEST_F(TrustTest, ASecondRevocationBeforeALoginIsFoundOutByTheNextUser) {
  id_for("app");
  provider_.give(key("second"));
  refuse("app");
  EXPECT_EQ(id_for("app"), "second");
  provider_.give(key("third"));
  EXPECT_FALSE(refuse("app"));
  EXPECT_TRUE(refuse("other"));
  EXPECT_EQ(id_for("other"), "third");
  EXPECT_EQ(id_for("app"), "third");
}

TEST_F(TrustTest, ARefusalWhileAnotherSecretIsOnItsWayIsWorthATry) {
  id_for("app");
  refuse("app");
  provider_.give(key("second"));
  provider_.hold();
  std::thread leader([&] { EXPECT_EQ(id_for("app"), "second"); });
  provider_.wait_for_load(2);
  EXPECT_TRUE(refuse("app"));
  provider_.release();
  leader.join();
}

TEST_F(TrustTest, AFetchOnAccountOfARefusalThatFailsIsTriedAgainAfterAPauseNotAtEachLogin) {
  provider_.give(key("first", in(Seconds{36'000})));
  id_for("app");
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  const auto log_in_vainly = [&] {
    for (int i = 0; i < 100; ++i) {
      refuse("app");
      EXPECT_EQ(id_for("app"), "first") << "it may be good all the same";
    }
  };
  log_in_vainly();
  EXPECT_EQ(provider_.loads(), 2);
  int second = 0;
  for (; second < 60; ++second) {
    fake_.clock.advance(Seconds{1});
    log_in_vainly();
  }
  EXPECT_GE(provider_.loads(), 2 + 4) << "about 1, 2, 4, 8, 16 and 30 seconds apart";
  EXPECT_LE(provider_.loads(), 2 + 7);
  EXPECT_EQ(id_for("other"), "first") << "nobody else waits or fetches";
  provider_.give(key("second"));
  fake_.clock.advance(Seconds{40});
  EXPECT_TRUE(refuse("app"));
  EXPECT_EQ(id_for("app"), "second");
}

TEST_F(TrustTest, WhatHasNoEndAndIsThereforeNeverRenewedIsFetchedAgainOnceInAWhile) {
  id_for("app");
  provider_.give(key("second"));
  refuse("app");
  EXPECT_EQ(id_for("app"), "second");
  provider_.give(key("third"));
  for (int second = 0; second < 590; ++second) {
    EXPECT_FALSE(refuse("app"));
    EXPECT_EQ(id_for("app"), "second");
    fake_.clock.advance(Seconds{1});
  }
  fake_.clock.advance(Seconds{15});
  EXPECT_TRUE(refuse("app"));
  EXPECT_EQ(id_for("app"), "third");
  EXPECT_FALSE(refuse("app"));
}

TEST_F(TrustTest, AllWhoAreRefusedAtTheSameTimeShareOneFetch) {
  id_for("app");
  const KeptSecretPtr old = fetcher_.peek("key");
  provider_.give(key("second"));
  for (int i = 0; i < 8; ++i) refuse("app", old);
  provider_.hold();
  std::vector<std::thread> threads;
  std::atomic<int> got{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      if (id_for("app") == "second") ++got;
    });
  provider_.wait_for_load(2);
  provider_.release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(got, 8);
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(TrustTest, ARefusalOfWhatWasReplacedMeanwhileFetchesNothing) {
  id_for("app");
  const KeptSecretPtr old = fetcher_.peek("key");
  provider_.give(key("second"));
  id(true);
  EXPECT_TRUE(refuse("app", old)) << "the newer one is worth a try";
  EXPECT_EQ(id_for("app"), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

}  // namespace
}  // namespace pgiam
