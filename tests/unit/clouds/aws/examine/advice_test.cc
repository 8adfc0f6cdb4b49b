#include "clouds/aws/examine/advice.h"

#include <gtest/gtest.h>

#include "clouds/aws/examine/examine.h"
#include "fakes.h"

namespace pgiam::aws {
namespace {

class AdviceTest : public testing::Test {
 protected:
  FailureAdvice advise(std::string host, std::string target, std::string user = "app") {
    subject_.explained["host"] = std::move(host);
    subject_.explained["target"] = std::move(target);
    subject_.explained["user"] = std::move(user);
    FailureAdvice advice = aws::advise(world_.world, subject_);
    EXPECT_TRUE(world_.http.requests().empty()) << "nobody is asked";
    return advice;
  }

  test::FakeWorld world_;
  Subject subject_;
};

TEST_F(AdviceTest, ANameThatIsNearlyAnEndpointsIsToldFromAnEndpoint) {
  EXPECT_TRUE(advise("orders.c9a.eu-west-1.rds.amazonaws.con", "none").on.contains("host_misspelt"));
  EXPECT_FALSE(advise("orders.c9a.eu-west-1.rds.amazonaws.com", "rds").on.contains("host_misspelt"));
  EXPECT_FALSE(advise("db.example", "none").on.contains("host_misspelt"));
  EXPECT_TRUE(advise("orders", "none").on.contains("bare_name"));
}

TEST_F(AdviceTest, OnlyRdsKnowsAGroup) {
  const FailureAdvice of_rds = advise("orders.c9a.eu-west-1.rds.amazonaws.com", "rds", "a\"b");
  EXPECT_EQ(of_rds.facts.at("group"), "rds_iam");
  EXPECT_EQ(of_rds.on.at("not_a_member").code, "no_rds_iam");
  EXPECT_EQ(of_rds.on.at("not_a_member").commands.front(), "GRANT rds_iam TO \"a\"\"b\";");
  EXPECT_FALSE(advise("abc.dsql.eu-west-1.on.aws", "dsql").facts.contains("group"));
}

TEST_F(AdviceTest, AnInstanceAnswersItselfAndAProxyDoesNot) {
  subject_.explained["reason"] = "an RDS instance endpoint";
  EXPECT_TRUE(advise("orders.c9a.eu-west-1.rds.amazonaws.com", "rds").on.contains("pooler"));
  subject_.explained["reason"] = "an RDS Proxy endpoint";
  EXPECT_FALSE(advise("p.proxy-c9a.eu-west-1.rds.amazonaws.com", "rds").on.contains("pooler"));
}

TEST_F(AdviceTest, NamesWhomTheCredentialsWereFoundToBe) {
  subject_.provider = "aws.environment";
  subject_.credentials.emplace("access_key_id", Secret("AKIAEXAMPLEOFADVICE1"));
  subject_.credentials.emplace("secret_access_key",
                               Secret("canarycanarycanarycanarycanarycanaryAAAA"));
  EXPECT_FALSE(advise("abc.dsql.eu-west-1.on.aws", "dsql").on.contains("no_iam_grant"));
  const std::string arn = "arn:aws:iam::123456789012:user/ann";
  world_.http.answer(200, "<GetCallerIdentityResponse><Arn>" + arn +
                              "</Arn><Account>123456789012</Account></GetCallerIdentityResponse>");
  aws::examine(world_.world, subject_, kExamineIdentity, world_.call());
  const FailureAdvice advice = aws::advise(world_.world, subject_);
  EXPECT_EQ(advice.on.at("no_iam_grant").commands.front(),
            "AWS IAM GRANT \"app\" TO '" + arn + "';");
  EXPECT_NE(advice.on.at("no_permission").evidence.find("asked as " + arn), std::string::npos);
}

}  // namespace
}  // namespace pgiam::aws
