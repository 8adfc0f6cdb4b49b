#include "clouds/aws/examine/examine.h"

#include <gtest/gtest.h>

#include <random>

#include "clouds/aws/examine/apis.h"
#include "fakes.h"

namespace pgiam::aws {
namespace {

constexpr const char* kHost = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
constexpr std::uint32_t kAll = kExamineIdentity | kExamineResource | kExaminePermission;

std::string response(const std::string& action, const std::string& result) {
  return "<" + action + "Response><" + action + "Result>" + result + "</" + action + "Result></" +
         action + "Response>";
}

std::string identity(const std::string& arn = "arn:aws:sts::123456789012:assumed-role/app/me") {
  return response("GetCallerIdentity", "<Arn>" + arn + "</Arn><Account>123456789012</Account>");
}

std::string instance(const std::string& more) {
  return response("DescribeDBInstances",
                  "<DBInstances><DBInstance><DBInstanceIdentifier>orders</DBInstanceIdentifier>"
                  "<DBInstanceArn>arn:aws:rds:eu-west-1:123456789012:db:orders</DBInstanceArn>"
                  "<DbiResourceId>db-ABC</DbiResourceId>" +
                      more + "</DBInstance></DBInstances>");
}

std::string decision(const std::string& arn, const std::string& told) {
  return "<member><EvalResourceName>" + arn + "</EvalResourceName><EvalDecision>" + told +
         "</EvalDecision></member>";
}

std::string simulated(const std::string& members) {
  return response("SimulatePrincipalPolicy",
                  "<EvaluationResults>" + members + "</EvaluationResults>");
}

std::string connect_arn(const std::string& id) {
  return "arn:aws:rds-db:eu-west-1:123456789012:dbuser:" + id + "/app";
}

const std::string kGood =
    "<DBInstanceStatus>available</DBInstanceStatus><Endpoint><Address>" + std::string(kHost) +
    "</Address><Port>5432</Port></Endpoint>"
    "<IAMDatabaseAuthenticationEnabled>true</IAMDatabaseAuthenticationEnabled>";

class Examine : public testing::Test {
 protected:
  Examine() {
    subject_.explained = {{"target", "rds"},
                          {"signing_host", kHost},
                          {"host", kHost},
                          {"port", "5432"},
                          {"signing_port", "5432"},
                          {"user", "app"},
                          {"region", "eu-west-1"},
                          {"permission.action", "rds-db:connect"},
                          {"permission.resource", "arn:aws:rds-db:eu-west-1:*:dbuser:*/app"}};
    subject_.provider = "aws.environment";
    subject_.credentials.emplace("access_key_id", Secret("AKIAEXAMPLEEXAMPLE01"));
    subject_.credentials.emplace("secret_access_key",
                                 Secret("canarycanarycanarycanarycanarycanaryAAAA"));
  }

  std::vector<Check> examine(std::uint32_t what = kAll) {
    return aws::examine(world_.world, subject_, what, world_.call());
  }

  static const Check* find(const std::vector<Check>& checks, const std::string& code) {
    for (const Check& check : checks)
      if (check.finding.code == code) return &check;
    return nullptr;
  }

  test::FakeWorld world_;
  Subject subject_;
};

TEST_F(Examine, AsksThreeServicesInTheirOwnWordsAndRegions) {
  world_.http.answer(200, identity());
  world_.http.answer(200, instance(kGood));
  world_.http.answer(200, simulated(decision(connect_arn("db-ABC"), "allowed")));
  const auto checks = examine();
  ASSERT_EQ(checks.size(), 3u);
  for (const Check& check : checks) EXPECT_EQ(check.outcome, Check::Outcome::kOk) << check.name;
  const auto requests = world_.http.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[1].url, "https://rds.eu-west-1.amazonaws.com/");
  EXPECT_EQ(requests[2].url, "https://iam.amazonaws.com/");
  const auto scope = [&](int i) { return requests[i].headers.back().value; };
  EXPECT_NE(scope(1).find("/eu-west-1/rds/aws4_request"), std::string::npos);
  EXPECT_NE(scope(2).find("/us-east-1/iam/aws4_request"), std::string::npos);
  EXPECT_EQ(checks[1].asked, "https://rds.eu-west-1.amazonaws.com (DescribeDBInstances)");
}

TEST_F(Examine, AsksIamAboutTheRoleOfASession) {
  world_.http.answer(200, identity());
  world_.http.answer(200, instance(kGood));
  std::string asked;
  world_.http.answer([&](const HttpRequest& request) -> Result<HttpResponse> {
    asked = request.body;
    return HttpResponse{200, {}, simulated(decision(connect_arn("db-ABC"), "allowed")), true};
  });
  examine();
  EXPECT_NE(asked.find("PolicySourceArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fapp"),
            std::string::npos);
  EXPECT_NE(asked.find("dbuser%3Adb-ABC%2Fapp"), std::string::npos);
}

TEST_F(Examine, AChangeThatIsPendingIsNotYetMade) {
  world_.http.answer(200, identity());
  world_.http.answer(
      200, instance("<PendingModifiedValues><IAMDatabaseAuthenticationEnabled>true"
                    "</IAMDatabaseAuthenticationEnabled></PendingModifiedValues>"
                    "<IAMDatabaseAuthenticationEnabled>false</IAMDatabaseAuthenticationEnabled>"));
  const auto checks = examine(kExamineIdentity | kExamineResource);
  const Check* off = find(checks, "iam_not_enabled");
  ASSERT_NE(off, nullptr);
  EXPECT_TRUE(off->is_certain);
  EXPECT_NE(off->finding.message.find("maintenance"), std::string::npos);
}

TEST_F(Examine, WhoMayNotAskIsToldWhatWasNotChecked) {
  world_.http.answer(200, identity());
  world_.http.answer(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message>"
                          "</Error></ErrorResponse>");
  const auto checks = examine();
  ASSERT_EQ(checks.size(), 3u);
  EXPECT_EQ(checks[1].outcome, Check::Outcome::kSkipped);
  EXPECT_EQ(checks[1].finding.code, "not_allowed");
  EXPECT_EQ(checks[1].finding.commands.front(),
            "aws rds describe-db-instances --db-instance-identifier orders --region eu-west-1");
  EXPECT_EQ(checks[2].outcome, Check::Outcome::kSkipped);
}

TEST_F(Examine, NeverCallsMoreThanSixTimes) {
  world_.http.answer(500, "");
  world_.http.answer(200, identity());
  world_.http.answer(200, instance(kGood));
  world_.http.answer(200, simulated(decision(connect_arn("db-ABC"), "implicitDeny")));
  world_.http.otherwise([](const HttpRequest&) -> Result<HttpResponse> {
    return HttpResponse{500, {}, "", true};
  });
  const auto checks = examine();
  EXPECT_LE(world_.http.requests().size(), 6u);
  EXPECT_NE(find(checks, "no_permission"), nullptr);
}

TEST_F(Examine, ThePolicyMayNameAnotherInstance) {
  world_.http.answer(200, identity());
  world_.http.answer(200, instance(kGood));
  world_.http.answer(200, simulated(decision(connect_arn("db-ABC"), "implicitDeny")));
  world_.http.answer(200, response("DescribeDBInstances",
                                   "<DBInstances><DBInstance><DBInstanceIdentifier>billing"
                                   "</DBInstanceIdentifier><DbiResourceId>db-XYZ</DbiResourceId>"
                                   "</DBInstance></DBInstances>"));
  world_.http.answer(200, simulated(decision(connect_arn("db-XYZ"), "allowed")));
  const auto checks = examine();
  const Check* other = find(checks, "wrong_resource_id");
  ASSERT_NE(other, nullptr);
  EXPECT_NE(other->finding.message.find("billing"), std::string::npos);
}

TEST_F(Examine, WhatIsCutAnywhereIsNotTakenForAnAnswer) {
  const std::string whole = instance(kGood);
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    world_.http.answer(200, identity());
    world_.http.answer(200, whole.substr(0, size));
    const auto checks = examine(kExamineIdentity | kExamineResource);
    ASSERT_EQ(checks.size(), 2u);
    EXPECT_EQ(checks[1].outcome, Check::Outcome::kSkipped) << size;
  }
}

TEST_F(Examine, BrokenAnswersMakeNoVerdictThatTheyDoNotBear) {
  std::mt19937 random(18);  // NOLINT: the same at each run
  const std::string good[] = {instance(kGood),
                              simulated(decision(connect_arn("db-ABC"), "allowed")),
                              "{\"status\": \"ACTIVE\", \"arn\": 7}", "[]", "null", "<html/>"};
  for (int round = 0; round < 500; ++round) {
    world_.http.answer(200, identity());
    for (int call = 0; call < 2; ++call) {
      std::string body = good[random() % 6];
      for (int i = 0; i < 2; ++i) body[random() % body.size()] = static_cast<char>(random());
      world_.http.answer(200, body);
    }
    subject_.explained["target"] = round % 2 == 0 ? "rds" : "dsql";
    for (const Check& check : examine()) {
      for (const char c : check.finding.message + check.asked)
        EXPECT_TRUE(static_cast<unsigned char>(c) >= ' ') << check.finding.message;
      EXPECT_LT(check.finding.message.size(), 2000u);
    }
  }
}

struct EndpointRow {
  Api api;
  const char *region, *url, *signing_region;
};

TEST(ApiEndpoint, IsTheOneOfThePartition) {
  for (const EndpointRow& row : {
           EndpointRow{Api::kRds, "eu-west-1", "https://rds.eu-west-1.amazonaws.com", "eu-west-1"},
           {Api::kRds, "cn-north-1", "https://rds.cn-north-1.amazonaws.com.cn", "cn-north-1"},
           {Api::kIam, "eu-west-1", "https://iam.amazonaws.com", "us-east-1"},
           {Api::kIam, "cn-northwest-1", "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
           {Api::kIam, "us-gov-east-1", "https://iam.us-gov.amazonaws.com", "us-gov-west-1"},
           {Api::kDsql, "eu-west-1", "https://dsql.eu-west-1.api.aws", "eu-west-1"},
       }) {
    const auto endpoint = resolve_endpoint(row.api, row.region, EndpointSettings{});
    ASSERT_TRUE(endpoint) << row.url;
    EXPECT_EQ(endpoint->url, row.url);
    EXPECT_EQ(endpoint->signing_region, row.signing_region);
  }
}

TEST(ApiEndpoint, OfTheUsersOwnIsSignedForThePartitionsRegion) {
  EndpointSettings settings;
  settings.url = "http://localhost:4566";
  settings.url_from = "AWS_ENDPOINT_URL_IAM";
  const auto endpoint = resolve_endpoint(Api::kIam, "eu-west-1", settings);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->url, "http://localhost:4566");
  EXPECT_EQ(endpoint->signing_region, "us-east-1");
}

TEST(ApiEndpoint, ARegionIsNoPartOfAnotherName) {
  EXPECT_FALSE(resolve_endpoint(Api::kRds, "eu-west-1.evil.example/", EndpointSettings{}));
  EXPECT_FALSE(resolve_endpoint(Api::kRds, "", EndpointSettings{}));
}

}  // namespace
}  // namespace pgiam::aws
