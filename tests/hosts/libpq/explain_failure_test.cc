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

TEST(ExplainFailure, EndsWithTheCommandThatTellsMore) {
  EXPECT_TRUE(explain_failure(kPam, facts())
                  .ends_with("pgiam doctor \"host=db.x.eu-west-1.rds.amazonaws.com port=5432 user=u\"\n"));
  AttemptFacts strange = facts();
  strange.user = "u$(x)";
  EXPECT_EQ(explain_failure(kPassword, strange).find("pgiam doctor"), std::string::npos);
}

TEST(ExplainFailure, NamesTheGrantFirstWhenTheServerAskedForAnOrdinaryPassword) {
  EXPECT_NE(first_cause(explain_failure(kPassword, facts())).find("GRANT rds_iam TO \"u\""),
            std::string::npos);
}

TEST(ExplainFailure, NamesAGrantAndACommandThatCanBeTyped) {
  AttemptFacts quoted = facts();
  quoted.user = "o\"hara's";
  const std::vector<Cause> causes = likely_causes(kPassword, quoted);
  const auto remedy = [&](const std::string& code) {
    for (const Cause& cause : causes)
      if (cause.code == code) return cause.remedy;
    return std::string();
  };
  EXPECT_EQ(remedy("no_rds_iam"), "GRANT rds_iam TO \"o\"\"hara's\";");
  EXPECT_EQ(remedy("no_permission").find("pgiam setup policy --user 'o\"hara'\\''s' --host "), 0u);
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

TEST(ExplainFailure, NamesTheRegionFirstThatTheEndpointIsNotIn) {
  AttemptFacts elsewhere = facts();
  elsewhere.region = "us-west-2";
  EXPECT_NE(first_cause(explain_failure(kPam, elsewhere)).find("us-west-2"), std::string::npos);
  elsewhere.host = elsewhere.signing_host = "db.example";
  EXPECT_NE(first_cause(explain_failure(kPam, elsewhere)).find("rds-db:connect"),
            std::string::npos);
}

TEST(ExplainFailure, NamesTemporaryCredentialsThatDoNotTellTheirEnd) {
  AttemptFacts temporary = facts();
  temporary.principal = "ASIA…WXYZ";
  EXPECT_NE(first_cause(explain_failure(kPam, temporary)).find("expired"), std::string::npos);
  temporary.credentials_expire_at_ms = kNow + 60'000;
  EXPECT_EQ(first_cause(explain_failure(kPam, temporary)).find("expired"), std::string::npos);
}

TEST(ExplainFailure, NamesTheTunnelBeforeThePolicy) {
  AttemptFacts tunnel = facts();
  tunnel.host = "localhost";
  EXPECT_NE(first_cause(explain_failure(kPam, tunnel)).find("signing_host"), std::string::npos);
  tunnel = facts();
  tunnel.port = tunnel.signing_port = "6543";
  EXPECT_NE(first_cause(explain_failure(kPam, tunnel)).find("signing_port"), std::string::npos);
}

TEST(ExplainFailure, TakesTheNameOfAGlobalDatabaseForThatOfNoRegion) {
  AttemptFacts global = facts();
  global.host = global.signing_host = "g.global-x.global.rds.amazonaws.com";
  EXPECT_EQ(explain_failure(kPam, global).find("another region"), std::string::npos);
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

TEST(ExplainFailure, SpeaksOfAnRdsProxyInItsOwnTerms) {
  AttemptFacts proxy = facts();
  proxy.host = proxy.signing_host = "pool.proxy-x.eu-west-1.rds.amazonaws.com";
  const std::string wrong_token = explain_failure(
      "FATAL:  The IAM authentication failed for the role u. Check the IAM token for this role and "
      "try again.\n",
      proxy);
  EXPECT_NE(first_cause(wrong_token).find("prx-"), std::string::npos) << wrong_token;
  EXPECT_EQ(wrong_token.find("rds_iam"), std::string::npos) << wrong_token;
  for (const char* unknown_user :
       {"FATAL:  This RDS proxy has no credentials for the role u. Check the credentials for this "
        "role and try again.\n",
        "FATAL:  The password that was provided for the role u is wrong.\n"}) {
    const std::string text = explain_failure(unknown_user, proxy);
    EXPECT_NE(first_cause(text).find("no secret for \"u\""), std::string::npos) << text;
  }
}

TEST(ExplainFailure, SaysWhyTlsIsDemandedOfAServerThatHasNone) {
  const char* message = "server does not support SSL, but SSL was required\n";
  EXPECT_NE(explain_failure(message, facts()).find("tls = off"), std::string::npos);
}

TEST(ExplainFailure, KnowsARefusalInEveryLanguage) {
  const char* const refusals[][2] = {
      {"FATAL:  PAM-Authentifizierung für Benutzer »u« fehlgeschlagen\n", "28000"},
      {"FATAL:  authentification PAM échouée pour l'utilisateur « u »\n", "28000"},
      {"FATAL:  ユーザー\"u\"のPAM認証に失敗しました\n", "28000"},
      {"ВАЖНО:  пользователь \"u\" не прошёл проверку подлинности (PAM)\n", "28000"},
      {"FATAL:  Passwort-Authentifizierung für Benutzer »u« fehlgeschlagen\n", "28P01"},
      {"FATAL:  authentification par mot de passe échouée pour l'utilisateur « u »\n", "28P01"},
      {"FATAL:  la autentificación password falló para el usuario «u»\n", "28P01"},
      {"FATAL:  autenticação do tipo senha falhou para o usuário \"u\"\n", "28P01"},
      {"FATAL:  The IAM authentication failed for the role u.\n", "28000"},
      {"FATAL:  IAM authentication failed for user u. Check the IAM token …\n", "28000"},
      {"FATAL:  unable to accept connection, access denied\n", "28000"}};
  for (const auto& [message, sqlstate] : refusals) {
    EXPECT_STREQ(sqlstate_of_refusal(message, facts()), sqlstate) << message;
  }
}

TEST(ExplainFailure, TakesNothingForARefusalThatCameWithoutOrAfterThePassword) {
  for (const char* message :
       {"FATAL:  database \"u\" does not exist\n", "FATAL:  database \"PAM\" does not exist\n",
        "FATAL:  Datenbank »x« existiert nicht\n", "FATAL:  the database system is starting up\n",
        "FATAL:  too many connections for role \"u\"\n",
        "FATAL:  The IAM authentication failed because of too many competing requests.\n",
        "FATAL:  Datenbank »u« existiert nicht\n", "致命错误:  不允许角色\"u\" 进行登录\n",
        "FATAL:  permission denied for database \"PAM\"\nDETAIL:  User \"u\" may not.\n"}) {
    EXPECT_EQ(sqlstate_of_refusal(message, facts()), nullptr) << message;
  }
  AttemptFacts unasked = facts();
  unasked.password_was_asked = false;
  EXPECT_EQ(sqlstate_of_refusal("FATAL:  PAM …\"u\"\n", unasked), nullptr);
}

TEST(ExplainFailure, TakesNoNameForAWord) {
  for (const char* name : {"password", "PAM", "parola"}) {
    AttemptFacts named = facts();
    named.user = name;
    named.host = named.signing_host = name + ("." + named.host);
    const std::string server = "connection to server at \"" + named.host + "\" failed: ";
    EXPECT_EQ(sqlstate_of_refusal(server + "FATAL:  Datenbank »" + name + "« existiert nicht\n", named),
              nullptr)
        << name;
    EXPECT_STREQ(sqlstate_of_refusal(server + "FATAL:  autentificación PAM … «" + name + "»\n", named),
                 "28000")
        << name;
  }
}

TEST(ExplainFailure, AddsNothingToWhatHasNothingToDoWithTheToken) {
  EXPECT_EQ(explain_failure("Connection refused\n", facts()), "Connection refused\n");
  EXPECT_EQ(sqlstate_of_refusal("Connection refused\n", facts()), nullptr);
}

}  // namespace
}  // namespace pgiam::libpq
