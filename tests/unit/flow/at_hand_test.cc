// Answers from memory: given at once while nothing has changed, and never after.
#include "flow/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "clouds/registry.h"
#include "fake_cloud.h"
#include "fakes.h"

namespace pgiam {
namespace {

using testing::HasSubstr;

class AtHandTest : public testing::Test {
 protected:
  AtHandTest() {
    fake_.environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTKEY01");
    fake_.environment.set("AWS_SECRET_ACCESS_KEY", "secret");
    request_.host = "orders.c9.eu-west-1.rds.amazonaws.com";
    request_.user = "app";
    make_flow();
  }
  void make_flow(std::span<const OptionValue> options = {}) {
    flow_.emplace(fake_.world, options, make_clouds(fake_.world), cache_);
  }
  Reply ask(Flow& flow, const Request& request) {
    const auto begin = [this] {
      ++begun_;
      return std::stop_token();
    };
    return flow.before_connect(request, begin).value();
  }
  Reply ask() { return ask(*flow_, request_); }
  static std::string token_of(const Reply& reply) {
    return std::string(reply.password()->text.reveal());
  }
  // Whether the next question is answered at once.
  bool is_at_hand() {
    const int before = begun_;
    ask();
    return begun_ == before;
  }
  // The first answer is news, the second one counts.
  void have_it_at_hand() {
    ask();
    ask();
    ASSERT_TRUE(is_at_hand());
  }

  test::FakeWorld fake_;
  std::shared_ptr<Fetcher> cache_ = std::make_shared<Fetcher>(false);
  std::optional<Flow> flow_;
  Request request_;
  int begun_ = 0;
};

TEST_F(AtHandTest, TheSameQuestionGetsTheSameTokenAtOnce) {
  const Reply first = ask();
  const Reply second = ask();
  EXPECT_EQ(begun_, 1);
  EXPECT_EQ(second.password(), first.password());
  EXPECT_FALSE(first.from_cache());
  EXPECT_TRUE(second.from_cache());
  EXPECT_EQ(second.param_count(), first.param_count());
}

TEST_F(AtHandTest, FilesAreLookedAtEachSecond) {
  have_it_at_hand();
  fake_.clock.advance(Milliseconds{999});
  EXPECT_TRUE(is_at_hand());
  fake_.clock.advance(Milliseconds{1});
  EXPECT_FALSE(is_at_hand());
  EXPECT_TRUE(is_at_hand());
}

TEST_F(AtHandTest, AnAnswerOfAnOlderPlanEndsWithThePlan) {
  ask();
  fake_.clock.advance(Milliseconds{600});
  std::thread([this] { ask(); }).join();
  fake_.clock.advance(Milliseconds{400});
  std::thread([this] { EXPECT_FALSE(is_at_hand()); }).join();
}

TEST_F(AtHandTest, AVariableThatWasSetIsHonouredAtOnce) {
  have_it_at_hand();
  fake_.environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTKEY02");
  EXPECT_THAT(token_of(ask()), HasSubstr("AKIAENVIRONMENTKEY02"));
}

TEST_F(AtHandTest, EveryPartOfTheQuestionMatters) {
  const auto other = [this](auto change) {
    have_it_at_hand();
    Request request = request_;
    change(request);
    const int before = begun_;
    ask(*flow_, request);
    return begun_ > before;
  };
  EXPECT_TRUE(other([](Request& r) { r.host = "stock.c9.eu-west-1.rds.amazonaws.com"; }));
  EXPECT_TRUE(other([](Request& r) { r.user = "admin"; }));
  EXPECT_TRUE(other([](Request& r) { r.port = 5433; }));
  EXPECT_TRUE(other([](Request& r) { r.database = "app"; }));
  EXPECT_TRUE(other([](Request& r) { r.sslmode = "verify-full"; }));
  EXPECT_TRUE(other([](Request& r) { r.options = {{"region", "eu-west-1"}}; }));
  EXPECT_TRUE(other([](Request& r) { r.refresh = true; }));
  EXPECT_TRUE(other([this](Request& r) { r.password = ask().password()->text.reveal(); }));
}

TEST_F(AtHandTest, ARefreshTakesThePlaceOfWhatWasAtHand) {
  have_it_at_hand();
  fake_.clock.advance(Milliseconds{1});
  Request refresh = request_;
  refresh.refresh = true;
  const Reply fresh = ask(*flow_, refresh);
  EXPECT_EQ(ask().password(), fresh.password());
}

TEST_F(AtHandTest, WhereReuseIsOffAllButTheTokenIsAtHand) {
  request_.options = {{"reuse_seconds", "0"}};
  const Reply first = ask(), second = ask(), third = ask();
  EXPECT_EQ(begun_, 1);
  EXPECT_NE(second.password(), first.password());
  EXPECT_NE(third.password(), second.password());
  EXPECT_FALSE(third.from_cache());
}

TEST_F(AtHandTest, NothingIsSignedWithCredentialsThatHaveEnded) {
  fake_.environment.set("AWS_CREDENTIAL_EXPIRATION", "2026-01-01T12:00:01Z");
  request_.options = {{"reuse_seconds", "0"}};
  fake_.clock.advance(Milliseconds{600});
  ask();
  fake_.clock.advance(Milliseconds{399});
  EXPECT_TRUE(is_at_hand());
  fake_.clock.advance(Milliseconds{1});
  EXPECT_FALSE(flow_->before_connect(request_, [] { return std::stop_token(); }));
}

TEST_F(AtHandTest, ATokenIsGivenNoLongerThanReuseSaysInTheMidstOfAPlansLife) {
  request_.options = {{"reuse_seconds", "2"}};
  const Reply first = ask();
  fake_.clock.advance(Milliseconds{1500});
  have_it_at_hand();
  fake_.clock.advance(Milliseconds{500});
  EXPECT_NE(ask().password(), first.password());
}

TEST_F(AtHandTest, AReuseWithoutEndIsNone) {
  request_.options = {{"reuse_seconds", "2147483647"}};  // the most that is taken
  const Reply first = ask();
  fake_.clock.advance(Seconds{800});
  EXPECT_EQ(ask().password(), first.password());
  fake_.clock.advance(Seconds{60});
  EXPECT_NE(ask().password(), first.password()) << "it dies within a minute";
}

TEST_F(AtHandTest, APasswordOfTheFutureIsNotGiven) {
  const Reply first = ask();
  fake_.clock.set(fake_.clock.now() - Milliseconds{1});
  EXPECT_NE(ask().password(), first.password());
}

TEST_F(AtHandTest, ARefusalInAnotherThreadIsHeardInThisOne) {
  have_it_at_hand();
  const Reply refused = ask();
  std::thread([&] { flow_->after_connect(refused, Outcome::kAuthFailed); }).join();
  EXPECT_NE(ask().password(), refused.password());
}

TEST_F(AtHandTest, CredentialsThatWereDistrustedOrReplacedThroughAnotherContextAreToo) {
  Flow other(fake_.world, {}, make_clouds(fake_.world), cache_);
  have_it_at_hand();
  other.after_connect(ask(other, request_), Outcome::kAuthFailed);
  EXPECT_FALSE(is_at_hand());
  have_it_at_hand();
  Request refresh = request_;
  refresh.refresh = true;
  const Reply fresh = ask(other, refresh);
  EXPECT_EQ(ask().secret(), fresh.secret());
}

TEST_F(AtHandTest, TwoContextsInOneThreadHaveTheirOwn) {
  const OptionValue options[] = {{"region", "us-west-2"}};
  Flow other(fake_.world, options, make_clouds(fake_.world), cache_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(token_of(ask()), HasSubstr("eu-west-1%2Frds-db"));
    EXPECT_THAT(token_of(ask(other, request_)), HasSubstr("us-west-2%2Frds-db"));
  }
  EXPECT_EQ(begun_, 2);
}

TEST_F(AtHandTest, ANewContextAtTheOldOnesAddressStartsAnew) {
  have_it_at_hand();
  const Reply held = ask();  // so that what was at hand is still there
  const OptionValue options[] = {{"region", "us-west-2"}};
  make_flow(options);
  EXPECT_THAT(token_of(ask()), HasSubstr("us-west-2%2Frds-db"));
}

TEST_F(AtHandTest, AThreadThatGoesRoundManyConnectionsGetsTheRightTokens) {
  const std::string users[] = {"a", "b", "c", "d", "e", "f"};
  for (int round = 0; round < 3; ++round)
    for (const std::string& user : users) {
      request_.user = user;
      EXPECT_THAT(token_of(ask()), HasSubstr("DBUser=" + user + "&"));
    }
}

TEST_F(AtHandTest, NoThreadKeepsWhatItsContextGaveUp) {
  have_it_at_hand();
  const std::weak_ptr<const Password> token = ask().password();
  const std::weak_ptr<const KeptSecret> credentials = ask().secret();
  EXPECT_FALSE(token.expired());
  flow_.reset();
  EXPECT_TRUE(token.expired());
  cache_.reset();
  EXPECT_TRUE(credentials.expired());
}

TEST_F(AtHandTest, AConnectionBeginsOnceWhetherItsPlanIsNewOrKept) {
  fake_.files.write("/etc/pgiam.conf",
                    "[connection loud]\nuser = app\nlog = debug\npassword_file = /password\n");
  fake_.files.write("/password", "of the user's own\n");
  ask();
  EXPECT_EQ(fake_.log.follows(), 1);
  Request quiet = request_;
  quiet.user = "quiet";
  ask(*flow_, quiet);
  ask();
  EXPECT_EQ(fake_.log.follows(), 3);
  EXPECT_EQ(fake_.log.followed(), LogLevel::kDebug) << "a kept plan begins, too";
}

// Whose first maker is of yesterday: another thread has learnt AWS's time since it was made.
class CloudAtMidnight : public test::FakeCloud {
 public:
  using FakeCloud::FakeCloud;
  Result<PasswordMakerPtr> password_maker(const Target& target, std::string_view user,
                                          const KeptSecretPtr& secret, Time now) const override {
    struct Yesterdays : PasswordMaker {
      using PasswordMaker::PasswordMaker;
      std::optional<Password> make(Time) const override { return std::nullopt; }
    };
    if (is_tomorrow_) return FakeCloud::password_maker(target, user, secret, now);
    is_tomorrow_ = true;
    return std::make_shared<const Yesterdays>(secret);
  }

 private:
  mutable bool is_tomorrow_ = false;
};

TEST_F(AtHandTest, APasswordIsMadeByTheMakerOfTheDayThatItIs) {
  test::FakeService service;
  std::vector<std::unique_ptr<Cloud>> clouds;
  clouds.push_back(std::make_unique<CloudAtMidnight>(service));
  flow_.emplace(fake_.world, std::span<const OptionValue>(), std::move(clouds), cache_);
  request_.host = "orders.fake";
  EXPECT_EQ(token_of(ask()), "secret 1 for app@orders.fake");
}

}  // namespace
}  // namespace pgiam
