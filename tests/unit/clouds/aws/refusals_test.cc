#include "clouds/aws/refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/target_kind.h"
#include "clouds/cloud.h"
#include "fakes.h"

namespace pgiam::aws {
namespace {

using test::at;
using testing::HasSubstr;
using testing::Not;

constexpr char kPam[] = "FATAL:  PAM authentication failed for user \"u\"\n";
constexpr char kPassword[] = "FATAL:  password authentication failed for user \"u\"\n";

class RefusalsTest : public testing::Test {
 protected:
  RefusalsTest() {
    target_.kind = "rds";
    target_.name = "aws.rds";
    target_.host = host_ = "db.x.eu-west-1.rds.amazonaws.com";
    target_.port = port_ = 5432;
    target_.set_fact(kRegion, "eu-west-1");
  }

  void use_host(const std::string& host) { target_.host = host_ = host; }
  void use_dsql() {
    use_host("abc.dsql.us-east-1.on.aws");
    target_.kind = "dsql";
    target_.set_fact(kRegion, "us-east-1");
  }

  std::vector<Error> causes(const std::string& words = kPam) {
    const RefusedLogin login{target_,        user_, host_,
                             port_,          owner_, expires_at_,
                             now_,           words, words.find("PAM") != words.npos,
                             port_was_given_};
    return causes_of_refusal(login, clock_warning_);
  }
  std::string first_code(const std::string& words = kPam) { return causes(words).front().code; }
  std::string first(const std::string& words = kPam) { return causes(words).front().message; }
  Error cause(const std::string& code, const std::string& words = kPam) {
    for (const Error& cause : causes(words))
      if (cause.code == code) return cause;
    return {};
  }
  bool has(const std::string& code, const std::string& words = kPam) {
    return !cause(code, words).code.empty();
  }

  Target target_;
  std::string user_ = "u", host_, owner_ = "AKIA…WXYZ", clock_warning_;
  std::uint16_t port_;
  std::optional<Time> expires_at_;
  Time now_ = at("2025-11-24T16:00:00Z");
  bool port_was_given_ = false;
};

TEST_F(RefusalsTest, NameTheGrantFirstWhenTheServerAskedForAnOrdinaryPassword) {
  EXPECT_EQ(first_code(kPassword), "no_rds_iam");
  EXPECT_THAT(first(kPassword), HasSubstr("GRANT rds_iam TO \"u\""));
}

TEST_F(RefusalsTest, NameAGrantAndACommandThatCanBeTyped) {
  user_ = "o\"hara's";
  EXPECT_EQ(cause("no_rds_iam", kPassword).commands[0], "GRANT rds_iam TO \"o\"\"hara's\";");
  EXPECT_THAT(cause("no_permission", kPassword).commands[0],
              testing::StartsWith("pgiam setup policy --user 'o\"hara'\\''s' --host "));
}

TEST_F(RefusalsTest, NameThePolicyFirstWhenNothingElseIsSuspicious) {
  EXPECT_EQ(first_code(), "no_permission");
  EXPECT_THAT(first(), HasSubstr("rds-db:connect on arn:aws:rds-db:eu-west-1:*:dbuser:*/u"));
}

TEST_F(RefusalsTest, NameExpiredCredentialsBeforeThePolicy) {
  expires_at_ = now_;
  EXPECT_EQ(first(), "the credentials expired at 2025-11-24 16:00:00 UTC");
}

TEST_F(RefusalsTest, NameTheRegionFirstThatTheEndpointIsNotIn) {
  target_.set_fact(kRegion, "us-west-2");
  EXPECT_THAT(first(), HasSubstr("us-west-2"));
  use_host("db.example");
  EXPECT_THAT(first(), HasSubstr("rds-db:connect"));
}

TEST_F(RefusalsTest, NameTemporaryCredentialsThatDoNotTellTheirEnd) {
  owner_ = "ASIA…WXYZ";
  EXPECT_THAT(first(), HasSubstr("expired"));
  expires_at_ = now_ + Seconds{60};
  EXPECT_THAT(first(), Not(HasSubstr("expired")));
}

TEST_F(RefusalsTest, NameTheTunnelBeforeThePolicy) {
  host_ = "localhost";
  EXPECT_THAT(first(), HasSubstr("signing_host"));
  host_ = target_.host;
  target_.port = port_ = 6543;
  EXPECT_THAT(first(), HasSubstr("signing_port"));
}

TEST_F(RefusalsTest, NameThePortLastThatTheUserNamedHimself) {
  target_.port = port_ = 6543;
  port_was_given_ = true;
  EXPECT_EQ(first_code(), "no_permission");
  EXPECT_EQ(causes().back().code, "wrong_port");
}

TEST_F(RefusalsTest, TakeTheSameNameInOtherLettersForNoTunnel) {
  host_ = "DB.x.eu-west-1.rds.amazonaws.com.";
  EXPECT_FALSE(has("wrong_endpoint"));
}

TEST_F(RefusalsTest, TakeTheNameOfAGlobalDatabaseForThatOfNoRegion) {
  use_host("g.global-x.global.rds.amazonaws.com");
  EXPECT_FALSE(has("wrong_region"));
}

TEST_F(RefusalsTest, KnowThePartitionsByTheirRegions) {
  const char* const partitions[][2] = {
      {"cn-north-1", "arn:aws-cn:"},       {"us-gov-west-1", "arn:aws-us-gov:"},
      {"us-iso-east-1", "arn:aws-iso:"},   {"us-isob-east-1", "arn:aws-iso-b:"},
      {"eusc-de-east-1", "arn:aws-eusc:"}, {"us-east-1", "arn:aws:"}};
  for (const auto& [region, arn] : partitions) {
    target_.set_fact(kRegion, region);
    EXPECT_THAT(cause("no_permission").message, HasSubstr(arn)) << region;
  }
}

TEST_F(RefusalsTest, KnowTheRegionOfAnEndpointInChina) {
  use_host("db.x.rds.cn-north-1.amazonaws.com.cn");
  target_.set_fact(kRegion, "cn-north-1");
  EXPECT_EQ(first_code(), "no_permission");
  target_.set_fact(kRegion, "cn-northwest-1");
  EXPECT_EQ(first_code(), "wrong_region");
}

TEST_F(RefusalsTest, SpeakOfDsqlInItsOwnTerms) {
  use_dsql();
  user_ = "admin";
  EXPECT_THAT(cause("no_permission").message,
              HasSubstr("dsql:DbConnectAdmin on arn:aws:dsql:us-east-1:*:cluster/abc"));
  EXPECT_TRUE(has("no_iam_grant"));
  for (const char* code : {"no_rds_iam", "iam_not_enabled", "not_in_proxy"})
    EXPECT_FALSE(has(code)) << code;
}

TEST_F(RefusalsTest, SpeakOfAnRdsProxyInItsOwnTerms) {
  use_host("pool.proxy-x.eu-west-1.rds.amazonaws.com");
  const std::string wrong_token =
      "FATAL:  The IAM authentication failed for the role u. Check the IAM token for this role and "
      "try again.\n";
  EXPECT_THAT(first(wrong_token), HasSubstr("prx-"));
  EXPECT_FALSE(has("no_rds_iam", wrong_token));
  for (const char* unknown_user :
       {"FATAL:  This RDS proxy has no credentials for the role u. Check the credentials for this "
        "role and try again.\n",
        "FATAL:  The password that was provided for the role u is wrong.\n"})
    EXPECT_THAT(first(unknown_user), HasSubstr("no secret for \"u\""));
}

TEST_F(RefusalsTest, NameTheClockFirstThatIsKnownToBeOff) {
  clock_warning_ = "this machine's clock is 300 seconds behind AWS's";
  EXPECT_EQ(first_code(), "wrong_clock");
  EXPECT_EQ(cause("wrong_clock").evidence, clock_warning_);
  EXPECT_THAT(first(), HasSubstr("2025-11-24 16:00:00 UTC"));
}

}  // namespace
}  // namespace pgiam::aws
