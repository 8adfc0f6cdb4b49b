#include <gtest/gtest.h>

#include "clouds/aws/aws.h"
#include "clouds/aws/credentials.h"
#include "fakes.h"

namespace pgiam::aws {
namespace {

struct Name {
  const char* host;
  const char* kind;    // "" if it is not ours
  const char* region;  // "" if it tells none
};

constexpr Name kNames[] = {
    {"orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", "rds", "eu-west-1"},
    {"prod-instance.us-east-1.rds.amazonaws.com", "rds", "us-east-1"},
    {"a.cluster-c9akciq32xyz.eu-west-1.rds.amazonaws.com", "rds", "eu-west-1"},
    {"a.cluster-ro-c9akciq32xyz.eu-west-1.rds.amazonaws.com", "rds", "eu-west-1"},
    {"a.cluster-custom-c9akciq32xyz.eu-west-1.rds.amazonaws.com", "rds", "eu-west-1"},
    {"a.shardgrp-c9akciq32xyz.eu-west-1.rds.amazonaws.com", "rds", "eu-west-1"},
    {"p.proxy-c9akciq32xyz.eu-west-1.rds.amazonaws.com", "rds", "eu-west-1"},
    {"e.endpoint.proxy-c9akciq32xyz.eu-west-1.rds.amazonaws.com", "rds", "eu-west-1"},
    {"orders.c9akciq32xyz.us-gov-west-1.rds.amazonaws.com", "rds", "us-gov-west-1"},
    {"orders.c9akciq32xyz.rds.us-gov-west-1.amazonaws.com", "rds", "us-gov-west-1"},
    {"orders.c9akciq32xyz.us-east-1.rds-fips.amazonaws.com", "rds", "us-east-1"},
    {"orders.c9akciq32xyz.rds.cn-north-1.amazonaws.com.cn", "rds", "cn-north-1"},
    {"orders.c9akciq32xyz.cn-northwest-1.rds.amazonaws.com.cn", "rds", "cn-northwest-1"},
    {"orders.c9akciq32xyz.rds.us-iso-east-1.c2s.ic.gov", "rds", "us-iso-east-1"},
    {"orders.c9akciq32xyz.rds.us-isob-east-1.sc2s.sgov.gov", "rds", "us-isob-east-1"},
    {"orders.c9akciq32xyz.eusc-de-east-1.rds.amazonaws.eu", "rds", "eusc-de-east-1"},
    {"orders.c9akciq32xyz.mars-olympus-1.rds.amazonaws.com", "rds", "mars-olympus-1"},
    {"g.global-c9akciq32xyz.global.rds.amazonaws.com", "rds", ""},
    {"abc.dsql.us-east-1.on.aws", "dsql", "us-east-1"},
    {"abc.dsql-fips.us-east-1.on.aws", "dsql", "us-east-1"},
    {"abc.dsql-fnh4.us-east-1.on.aws", "dsql", "us-east-1"},

    {"", "", ""},
    {"localhost", "", ""},
    {"db.example.com", "", ""},
    {"rds.amazonaws.com", "", ""},
    {"us-east-1.rds.amazonaws.com", "", ""},
    {"rds.us-east-1.amazonaws.com", "", ""},
    {"ec2-1-2-3-4.eu-west-1.compute.amazonaws.com", "", ""},
    {"orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com.evil.example", "", ""},
    {"orders.c9akciq32xyz.eu-west-1.rdsamazonaws.com", "", ""},
    {"..eu-west-1.rds.amazonaws.com", "", ""},
    {"abc.s3.us-east-1.on.aws", "", ""},
    {"dsql.us-east-1.on.aws", "", ""},
};

class TargetNames : public testing::TestWithParam<Name> {};

TEST_P(TargetNames, AreRecognisedWithTheirRegion) {
  test::FakeWorld fake;
  const auto aws = make_aws(fake.world);
  const auto target = aws->recognise(GetParam().host, 5432);
  EXPECT_EQ(target ? target->kind : "", GetParam().kind) << GetParam().host;
  if (!target) return;
  EXPECT_STREQ(target->fact("region"), GetParam().region);
  EXPECT_NE(target->reason, "");
}

INSTANTIATE_TEST_SUITE_P(All, TargetNames, testing::ValuesIn(kNames));

std::string token_of(const char* host, std::uint16_t port, const char* user) {
  test::FakeWorld fake;
  const auto aws = make_aws(fake.world);
  const auto target = aws->recognise(host, port);
  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = "AKID";
  credentials->secret_access_key = Secret("secret");
  const auto maker = aws->password_maker(*target, user, credentials, fake.clock.now());
  const auto token = (*maker)->make(fake.clock.now());
  EXPECT_TRUE(aws->is_password_of_ours(token->text.reveal()));
  return std::string(token->text.reveal());
}

TEST(Tokens, OfRdsNameHostPortAndUser) {
  const std::string token = token_of("o.c9.eu-west-1.rds.amazonaws.com", 5433, "söhne");
  EXPECT_EQ(token.find("o.c9.eu-west-1.rds.amazonaws.com:5433/?Action=connect&DBUser=s%C3%B6hne&"),
            0u)
      << token;
}

TEST(Tokens, OfDsqlAskForAdminOnlyForTheUserAdmin) {
  EXPECT_EQ(token_of("abc.dsql.us-east-1.on.aws", 5432, "admin")
                .find("abc.dsql.us-east-1.on.aws/?Action=DbConnectAdmin&"),
            0u);
  EXPECT_EQ(token_of("abc.dsql.us-east-1.on.aws", 5432, "Admin")
                .find("abc.dsql.us-east-1.on.aws/?Action=DbConnect&"),
            0u);
}

TEST(Tokens, AreToldFromPasswords) {
  test::FakeWorld fake;
  const auto aws = make_aws(fake.world);
  EXPECT_FALSE(aws->is_password_of_ours("hunter2"));
  EXPECT_FALSE(aws->is_password_of_ours(""));
  EXPECT_FALSE(aws->is_password_of_ours("X-Amz-Signature=but nothing else"));
}

}  // namespace
}  // namespace pgiam::aws
