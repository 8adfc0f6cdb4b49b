// Secrets are revoked while many log in, and one user may not log in at all.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "fake_cloud.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

class StormTest : public testing::Test {
 protected:
  Request request(std::string_view user) const {
    Request request;
    request.host = "db.fake";
    request.user = user;
    if (!reuse_) request.options = {{"reuse_seconds", "0"}};
    return request;
  }
  Reply ask(std::string_view user) {
    return flow_.before_connect(request(user), [] { return std::stop_token(); }).value();
  }
  // What the server thinks of it.
  Outcome outcome_of(const Reply& reply, std::string_view user) {
    if (user == without_rights_) return Outcome::kAuthFailed;
    return service_.is_good(reply.secret()->owner_id()) ? Outcome::kConnected
                                                        : Outcome::kAuthFailed;
  }
  // As a host logs in: once, and once more where that is advised.
  bool log_in(std::string_view user) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      const Reply reply = ask(user);
      const Outcome outcome = outcome_of(reply, user);
      const Advice advice = flow_.after_connect(reply, outcome);
      if (outcome == Outcome::kConnected) return true;
      if (advice == Advice::kNone) return false;
    }
    return false;
  }

  // Many at the same time, and a revocation before each round.
  void log_in_together() {
    for (int round = 0; round < 30; ++round) {
      EXPECT_TRUE(log_in("app"));
      service_.revoke();
      std::vector<std::thread> threads;
      std::atomic<int> lost{0};
      for (int i = 0; i < 16; ++i)
        threads.emplace_back([&, i] {
          for (int n = 0; n < 10; ++n)
            if (!log_in(i % 2 == 0 ? "app" : "other")) ++lost;
        });
      for (std::thread& thread : threads) thread.join();
      EXPECT_EQ(lost, 0) << round;
    }
    EXPECT_LE(service_.fetches(), 1 + 2 * 30);
  }

  bool reuse_ = true;
  std::string without_rights_ = "norights";
  test::FakeWorld fake_;
  test::FakeService service_;
  std::shared_ptr<Fetcher> fetcher_ = std::make_shared<Fetcher>(false);
  Flow flow_{fake_.world, {}, test::fake_clouds(service_), fetcher_};
};

TEST_F(StormTest, NoLoginIsLostToARevocationHoweverOften) {
  const std::vector<std::string> users = {"a", "b", "c"};
  for (const std::string& user : users) EXPECT_TRUE(log_in(user));
  for (int second = 0; second < 110; ++second) {
    service_.revoke();
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(log_in(users[static_cast<std::size_t>(i) % users.size()])) << second;
      fake_.clock.advance(Milliseconds{50});
    }
  }
  EXPECT_EQ(service_.fetches(), 111) << "one for each revocation";
}

TEST_F(StormTest, NorIsOneOfManyAtTheSameTime) { log_in_together(); }

TEST_F(StormTest, NorWhereNoTokenIsReused) {
  reuse_ = false;
  log_in_together();
}

TEST_F(StormTest, WhereNoTokenIsReusedACachedSecretThatWasRevokedIsFoundOutAllTheSame) {
  reuse_ = false;
  EXPECT_TRUE(log_in("app"));
  service_.revoke();
  EXPECT_TRUE(log_in("app"));
}

TEST_F(StormTest, SoItIsAMinuteAfterTheLastSigning) {
  EXPECT_TRUE(log_in("app"));
  service_.revoke();
  fake_.clock.advance(Seconds{61});
  EXPECT_TRUE(log_in("app"));
}

TEST_F(StormTest, AUserWithoutRightsMakesNoRequestPerLogin) {
  for (int n = 0; n < 1000; ++n) {
    EXPECT_FALSE(log_in("norights"));
    fake_.clock.advance(Milliseconds{10});
  }
  EXPECT_LE(service_.fetches(), 2);
}

TEST_F(StormTest, NorDoesOneWhoHadThemUntilNow) {
  service_.end_at(fake_.clock.now() + Seconds{3600});
  EXPECT_TRUE(log_in("app"));
  without_rights_ = "app";
  for (int n = 0; n < 1000; ++n) {
    EXPECT_FALSE(log_in("app"));
    fake_.clock.advance(Milliseconds{10});
  }
  EXPECT_EQ(service_.fetches(), 2);
}

TEST_F(StormTest, AUserWithoutRightsCostsTheOthersNothing) {
  EXPECT_TRUE(log_in("app"));
  for (int n = 0; n < 100; ++n) {
    EXPECT_FALSE(log_in("norights"));
    service_.hold();
    EXPECT_TRUE(log_in("app")) << "without a fetch";
    service_.release();
  }
  service_.revoke();
  EXPECT_TRUE(log_in("app")) << "a real revocation is found out all the same";
}

}  // namespace
}  // namespace pgiam
