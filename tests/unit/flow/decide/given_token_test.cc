// Passwords that are tokens: the user's own word, or what a client gives back that it was given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kHost[] = "orders.c9.eu-west-1.rds.amazonaws.com";

// A token that another process made, with whatever key the variables name.
class AnotherProcess : public testing::Test {
 protected:
  AnotherProcess() { use_keys("AKIAENVIRONMENTKEY01"); }

  void use_keys(const std::string& id) {
    fake_.environment.set("AWS_ACCESS_KEY_ID", id);
    fake_.environment.set("AWS_SECRET_ACCESS_KEY", "secret of " + id);
  }
  static Request request() {
    Request request;
    request.host = kHost;
    request.user = "app";
    return request;
  }
  Result<Reply> before(const Request& asked = request()) {
    return flow_.before_connect(asked, [] { return std::stop_token(); });
  }
  static std::string password(const Result<Reply>& reply) {
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? std::string(reply->password()->text.reveal()) : "";
  }
  std::string token(const Request& asked = request()) { return password(before(asked)); }
  Request with_token_of(const std::string& key, Request made_for = request()) {
    use_keys(key);
    Flow other{fake_.world, {}, make_clouds(fake_.world), std::make_shared<Fetcher>(false)};
    token_ = password(other.before_connect(made_for, [] { return std::stop_token(); }));
    use_keys("AKIAENVIRONMENTKEY01");
    Request asked = request();
    asked.password = token_;
    return asked;
  }
  std::string why_not_ours(const Request& asked) {
    const auto reply = before(asked);
    if (reply) return "";
    EXPECT_EQ(reply.error().status, Status::kNotApplicable);
    return reply.error().message;
  }

  test::FakeWorld fake_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), std::make_shared<Fetcher>(false)};
  std::string token_;
};

TEST_F(AnotherProcess, MadeATokenWithAnotherKeyWhichIsTheUsersOwnWord) {
  EXPECT_THAT(why_not_ours(with_token_of("AKIASOMEBODYELSES002")),
              HasSubstr("a token was given that was not made here"));
  EXPECT_THAT(fake_.log.text(), HasSubstr("gets no token: a token was given"));
  EXPECT_THAT(fake_.log.text(), Not(HasSubstr("the server will refuse")));
}

TEST_F(AnotherProcess, MadeATokenWithOurKeyWhichCountsAsNone) {
  const Request asked = with_token_of("AKIAENVIRONMENTKEY01");
  fake_.clock.advance(Seconds{2});
  EXPECT_THAT(token(asked), Not(token_));
}

TEST_F(AnotherProcess, MadeATokenThatHasExpired) {
  const Request asked = with_token_of("AKIASOMEBODYELSES002");
  fake_.clock.advance(Seconds{899});
  EXPECT_NE(why_not_ours(asked), "");
  fake_.clock.advance(Seconds{1});
  EXPECT_THAT(token(asked), HasSubstr("AKIAENVIRONMENTKEY01"));
}

TEST_F(AnotherProcess, MadeATokenForAnotherPlaceWhichIsPassedOnWithAWarning) {
  Request elsewhere = request();
  elsewhere.port = 6432;
  EXPECT_NE(why_not_ours(with_token_of("AKIAENVIRONMENTKEY01", elsewhere)), "");
  EXPECT_THAT(fake_.log.text(), HasSubstr("the server will refuse: it was made for " +
                                          std::string(kHost) + ":6432, not for "));
  Request as_admin = request();
  as_admin.user = "admin";
  EXPECT_NE(why_not_ours(with_token_of("AKIAENVIRONMENTKEY01", as_admin)), "");
  EXPECT_THAT(fake_.log.text(), HasSubstr("it was made for another user than app"));
}

TEST_F(AnotherProcess, MadeATokenAndThisOneHasNoCredentials) {
  const Request asked = with_token_of("AKIASOMEBODYELSES002");
  fake_.environment.unset("AWS_ACCESS_KEY_ID");
  fake_.environment.unset("AWS_SECRET_ACCESS_KEY");
  EXPECT_NE(why_not_ours(asked), "");
}

TEST_F(AnotherProcess, IsOverruledByForce) {
  Request asked = with_token_of("AKIASOMEBODYELSES002");
  asked.options = {{"force", "yes"}};
  EXPECT_THAT(token(asked), HasSubstr("AKIAENVIRONMENTKEY01"));
}

TEST_F(AnotherProcess, IsNotMeantByATokenThatThisOneHandedOutThoughTheKeyHasChanged) {
  Request asked = request();
  const std::string old = token();
  asked.password = old;
  use_keys("AKIAOTHERKEYXXXXXX02");
  EXPECT_THAT(token(asked), HasSubstr("AKIAOTHERKEYXXXXXX02"));
}

}  // namespace
}  // namespace pgiam
