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

TEST_F(TrustTest, WhoWasLetInBeforeIsNotGivenUpAfterOneVainFetch) {
  id_for("app");
  fetcher_.accepted("key", "app");
  for (const char* next : {"second", "third"}) {
    provider_.give(key(next));
    EXPECT_TRUE(refuse("app"));
    EXPECT_EQ(id_for("app"), next);
  }
  fetcher_.accepted("key", "app");
  for (int i = 0; i < 100; ++i) {
    refuse("app");
    id_for("app");
  }
  EXPECT_LE(provider_.loads(), 6) << "but not for ever";
}

TEST_F(TrustTest, AFetchOnAccountOfARefusalThatFailsIsNotTriedAtEachLogin) {
  id_for("app");
  provider_.give(make_error(Status::kNetwork, "the network is down"));
  for (int i = 0; i < 100; ++i) {
    refuse("app");
    EXPECT_EQ(id_for("app"), "first") << "it may be good all the same";
  }
  EXPECT_EQ(provider_.loads(), 2);
}

TEST_F(TrustTest, AllWhoAreRefusedAtTheSameTimeShareOneFetch) {
  id_for("app");
  const KeptSecretPtr old = fetcher_.peek("key");
  provider_.give(key("second"));
  for (int i = 0; i < 8; ++i) fetcher_.refused("key", old, "app");
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
  EXPECT_TRUE(fetcher_.refused("key", old, "app")) << "the newer one is worth a try";
  EXPECT_EQ(id_for("app"), "second");
  EXPECT_EQ(provider_.loads(), 2);
}

}  // namespace
}  // namespace pgiam
