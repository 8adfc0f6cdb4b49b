// Credentials for those who want them rather than a token, and signing in for them.
#include <gmock/gmock.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

class CredentialsTest : public testing::Test {
 protected:
  static std::string param(const Reply& reply, std::string_view key) {
    for (std::size_t i = 0; i < reply.param_count(); ++i) {
      const Param param = reply.param(i);
      if (param.key == key) return (param.secret ? "secret " : "") + std::string(param.value);
    }
    return "(none)";
  }
  Result<Reply> credentials(const Request& request = {}) {
    return flow_.credentials(request, std::stop_token());
  }
  Result<Reply> login() { return flow_.login({}, std::stop_token()); }

  test::FakeWorld fake_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), Fetcher::shared()};
};

TEST_F(CredentialsTest, AreHandedOutWithoutATarget) {
  fake_.files.write("/home/ann/.aws/credentials",
                    "[default]\naws_access_key_id = AKID\naws_secret_access_key = s\n"
                    "aws_session_token = t\naws_account_id = 1\n");
  const auto reply = credentials();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(param(*reply, "access_key_id"), "AKID");
  EXPECT_EQ(param(*reply, "secret_access_key"), "secret s");
  EXPECT_EQ(param(*reply, "session_token"), "secret t");
  EXPECT_EQ(param(*reply, "account_id"), "1");
  EXPECT_EQ(reply->secret()->provider, "aws.profile");
  EXPECT_EQ(reply->password(), nullptr);
}
TEST_F(CredentialsTest, LeaveOutWhatLongLivedKeysDoNotHave) {
  fake_.files.write("/home/ann/.aws/credentials",
                    "[default]\naws_access_key_id = AKID\naws_secret_access_key = s\n");
  const auto reply = credentials();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->param_count(), 2u);
}
TEST_F(CredentialsTest, AreThoseOfTheOptionsProfile) {
  fake_.files.write("/home/ann/.aws/credentials",
                    "[dev]\naws_access_key_id = DEV\naws_secret_access_key = s\n");
  Request request;
  request.options = {{"profile", "dev"}};
  const auto reply = credentials(request);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(param(*reply, "access_key_id"), "DEV");
}
TEST_F(CredentialsTest, AreRefusedWithTheSourcesReason) {
  fake_.files.write("/home/ann/.aws/credentials", "[default]\naws_access_key_id = AKID\n");
  EXPECT_EQ(credentials().error().status, Status::kBadConfig);
}

TEST_F(CredentialsTest, TakeNoLoginWhereNobodyCanBeAsked) {
  EXPECT_EQ(login().error().status, Status::kLoginRequired);
}
TEST_F(CredentialsTest, TakeNoLoginWhereTheyRestOnKeys) {
  fake_.prompt.is_available = true;
  fake_.files.write("/home/ann/.aws/credentials",
                    "[default]\naws_access_key_id = AKID\naws_secret_access_key = s\n");
  const auto reply = login();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(param(*reply, "access_key_id"), "AKID");
  EXPECT_TRUE(fake_.prompt.requests.empty());
}
TEST_F(CredentialsTest, TakeTheLoginOfTheProfileUnderTheRoles) {
  fake_.prompt.is_available = true;
  fake_.files.write("/home/ann/.aws/config",
                    "[default]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = dev\n"
                    "[profile dev]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n"
                    "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = u\n");
  fake_.http.answer(400, "{\"error\":\"invalid_request\"}");
  EXPECT_EQ(login().error().status, Status::kDenied);
  ASSERT_EQ(fake_.http.requests().size(), 1u);
  EXPECT_EQ(fake_.http.requests()[0].url, "https://oidc.eu-west-1.amazonaws.com/client/register");
}
TEST_F(CredentialsTest, LeaveASessionOfTheAwsCliToIt) {
  fake_.prompt.is_available = true;
  fake_.files.write("/home/ann/.aws/config", "[default]\nlogin_session = arn:x\n");
  const auto reply = login();
  EXPECT_EQ(reply.error().status, Status::kUnsupported);
  EXPECT_EQ(reply.error().hint, "run: aws login --profile default");
}

}  // namespace
}  // namespace pgiam
