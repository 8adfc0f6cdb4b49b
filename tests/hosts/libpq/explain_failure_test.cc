#include "explain_failure.h"

#include <gtest/gtest.h>

namespace pgiam::libpq {
namespace {

constexpr const char* kPam = "FATAL:  PAM authentication failed for user \"u\"\n";
constexpr const char* kPassword = "FATAL:  password authentication failed for user \"u\"\n";
constexpr std::int64_t kNow = 1'764'000'000'000;

AttemptFacts facts() {
  AttemptFacts facts;
  facts.host = facts.signing_host = "db.x.eu-west-1.rds.amazonaws.com";
  facts.port = facts.signing_port = "5432";
  facts.user = "u";
  facts.target = "aws.rds";
  facts.region = "eu-west-1";
  facts.principal = "AKIA…WXYZ";
  facts.provider = "aws.environment";
  facts.token_expires_at_ms = kNow + 14 * 60'000;
  facts.now_ms = kNow;
  return facts;
}

std::string first_cause(const std::string& text) {
  const std::size_t start = text.find("  - ");
  return start == text.npos ? "" : text.substr(start + 4, text.find('\n', start) - start - 4);
}

TEST(ExplainFailure, KeepsLibpqsTextAndTellsWhatWasSigned) {
  const std::string text = explain_failure(kPam, facts());
  EXPECT_EQ(text.find(kPam), 0u);
  for (const char* part :
       {"db.x.eu-west-1.rds.amazonaws.com:5432", "eu-west-1", "\"u\"", "AKIA…WXYZ",
        "aws.environment", "14 min", "arn:aws:rds-db:eu-west-1:*:dbuser:*/u", "2025-11-24"}) {
    EXPECT_NE(text.find(part), text.npos) << part << " in " << text;
  }
}

TEST(ExplainFailure, NamesTheGrantFirstWhenTheServerAskedForAnOrdinaryPassword) {
  EXPECT_NE(first_cause(explain_failure(kPassword, facts())).find("GRANT rds_iam TO \"u\""),
            std::string::npos);
}

TEST(ExplainFailure, NamesThePolicyFirstWhenNothingElseIsSuspicious) {
  EXPECT_NE(first_cause(explain_failure(kPam, facts())).find("rds-db:connect"), std::string::npos);
}

TEST(ExplainFailure, NamesExpiredCredentialsBeforeThePolicy) {
  AttemptFacts late = facts();
  late.credentials_expire_at_ms = kNow;
  EXPECT_EQ(first_cause(explain_failure(kPam, late)),
            "the credentials expired at 2025-11-24 16:00:00 UTC");
}

TEST(ExplainFailure, NamesTheTunnelBeforeThePolicy) {
  AttemptFacts tunnel = facts();
  tunnel.host = "localhost";
  EXPECT_NE(first_cause(explain_failure(kPam, tunnel)).find("signing_host"), std::string::npos);
  tunnel = facts();
  tunnel.port = tunnel.signing_port = "6543";
  EXPECT_NE(first_cause(explain_failure(kPam, tunnel)).find("signing_port"), std::string::npos);
}

TEST(ExplainFailure, KnowsThePartitionsByTheirRegions) {
  const char* const partitions[][2] = {
      {"cn-north-1", "arn:aws-cn:"},       {"us-gov-west-1", "arn:aws-us-gov:"},
      {"us-iso-east-1", "arn:aws-iso:"},   {"us-isob-east-1", "arn:aws-iso-b:"},
      {"eusc-de-east-1", "arn:aws-eusc:"}, {"us-east-1", "arn:aws:"}};
  for (const auto& [region, arn] : partitions) {
    AttemptFacts there = facts();
    there.region = region;
    EXPECT_NE(explain_failure(kPam, there).find(arn), std::string::npos) << region;
  }
}

TEST(ExplainFailure, SpeaksOfDsqlInItsOwnTerms) {
  AttemptFacts dsql = facts();
  dsql.target = "aws.dsql";
  dsql.user = "admin";
  dsql.host = dsql.signing_host = "abc.dsql.us-east-1.on.aws";
  dsql.region = "us-east-1";
  const std::string text = explain_failure(kPam, dsql);
  EXPECT_NE(text.find("dsql:DbConnectAdmin on arn:aws:dsql:us-east-1:*:cluster/abc"), text.npos)
      << text;
  EXPECT_EQ(text.find("rds_iam"), text.npos) << text;
}

TEST(ExplainFailure, SaysWhyTlsIsDemandedOfAServerThatHasNone) {
  const char* message = "server does not support SSL, but SSL was required\n";
  EXPECT_NE(explain_failure(message, facts()).find("tls = off"), std::string::npos);
}

TEST(ExplainFailure, AddsNothingToWhatHasNothingToDoWithTheToken) {
  EXPECT_EQ(explain_failure("Connection refused\n", facts()), "Connection refused\n");
  EXPECT_EQ(sqlstate_of_refusal("Connection refused\n"), nullptr);
}

}  // namespace
}  // namespace pgiam::libpq
