#include "flow/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/registry.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kHost[] = "db.x.eu-west-1.rds.amazonaws.com";
constexpr char kPam[] = "FATAL:  PAM authentication failed for user \"u\"\n";

class RefusalTest : public testing::Test {
 protected:
  RefusalTest() {
    fake_.environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENTWXYZ");
    fake_.environment.set("AWS_SECRET_ACCESS_KEY", "secret");
  }

  Reply reply(std::string_view user = "u") {
    Request request = request_;
    request.host = kHost;
    request.user = user;
    request.options = options_;
    return *flow_.before_connect(request, [] { return std::stop_token(); });
  }
  Error explained(std::string_view message, std::string_view user = "u") {
    ConnectionOutcome outcome;
    outcome.message = message;
    return flow_.explain_refusal(reply(user), outcome);
  }

  Request request_;
  std::vector<OptionValue> options_;
  test::FakeWorld fake_;
  Flow flow_{fake_.world, {}, make_clouds(fake_.world), Fetcher::shared()};
};

TEST_F(RefusalTest, TellsWhatWasSignedAndTheLikelyCauses) {
  const Error error = explained(kPam);
  EXPECT_EQ(error.status, Status::kDenied);
  EXPECT_EQ(error.code, "token_refused");
  EXPECT_EQ(error.sqlstate, "28000");
  EXPECT_EQ(error.message,
            "the server refused a token that was signed for db.x.eu-west-1.rds.amazonaws.com:5432 in "
            "eu-west-1, user \"u\", by AKIA…WXYZ (aws.environment), good for another 15 min");
  EXPECT_EQ(error.causes.front().code, "no_permission");
  EXPECT_EQ(error.evidence, kPam);

  const std::string text = explanation_of(error);
  EXPECT_THAT(text, StartsWith(error.message + ".\n  Likely causes, the likeliest first:\n  - "));
  EXPECT_THAT(text, HasSubstr("arn:aws:rds-db:eu-west-1:*:dbuser:*/u"));
  EXPECT_THAT(text, HasSubstr("2026-01-01"));
}

TEST_F(RefusalTest, EndsWithTheCommandThatTellsMore) {
  const std::string command =
      "pgiam doctor 'host=db.x.eu-west-1.rds.amazonaws.com port=5432 user=u'";
  const Error error = explained(kPam);
  EXPECT_EQ(error.commands, std::vector{command});
  EXPECT_THAT(explanation_of(error), EndsWith("\n  To find out which: " + command + "\n"));
  const auto of_user = [&](const std::string& user) {
    return explained("FATAL:  password authentication failed for user \"" + user + "\"\n", user);
  };
  EXPECT_THAT(of_user("u$(x)").commands.front(), EndsWith(" user=u$(x)'"));
  EXPECT_THAT(of_user("O'Hara").commands.front(), EndsWith(R"( user='\''O\'\''Hara'\''')"));
  const Error strange = of_user("u\x1b[2J");  // nothing to be typed
  EXPECT_EQ(strange.status, Status::kDenied);
  EXPECT_THAT(explanation_of(strange), Not(HasSubstr("pgiam doctor")));
}

TEST_F(RefusalTest, ItsCommandNamesAllThatLeadsToTheSameConnection) {
  request_.hostaddr = "10.0.0.7";
  request_.database = "orders db";
  request_.sslmode = "verify-full";
  request_.keywords = {{"service", "orders"}, {"sslrootcert", "/c a.pem"}, {"gssencmode", "disable"}};
  options_ = {{"timeout_ms", "5000"}, {"log", "info"}, {"force", "yes"}};
  fake_.environment.set("PGIAM_REGION", "eu-west-1");
  EXPECT_EQ(explained(kPam).commands.front(),
            "pgiam doctor --region=eu-west-1 --force=true --timeout-ms=5000 "
            R"('host=db.x.eu-west-1.rds.amazonaws.com port=5432 user=u hostaddr=10.0.0.7 )"
            R"(dbname='\''orders db'\'' sslmode=verify-full sslrootcert='\''/c a.pem'\'' )"
            R"(service=orders')");
}

TEST_F(RefusalTest, OfAPasswordThatTheUserGaveSaysThatItKeptTheTokenAway) {
  ConnectionOutcome outcome;
  outcome.message = "FATAL:  password authentication failed for user \"u\"\n";
  const Error error = explain_refusal_of_given(outcome, {kHost, "u"});
  EXPECT_EQ(error.status, Status::kDenied);
  EXPECT_EQ(error.code, "password_given");
  EXPECT_EQ(error.sqlstate, "28P01");
  EXPECT_THAT(explanation_of(error), HasSubstr("PGIAM_FORCE=yes"));
  outcome.message = "FATAL:  database \"x\" does not exist\n";
  EXPECT_EQ(explain_refusal_of_given(outcome, {kHost, "u"}).status, Status::kNotApplicable);
}

TEST_F(RefusalTest, SaysWhyTlsIsDemandedOfAServerThatHasNone) {
  const char* message = "server does not support SSL, but SSL was required\n";
  EXPECT_EQ(explained(message).status, Status::kInsecure);
  EXPECT_THAT(explanation_of(explained(message)), HasSubstr("tls = off"));
  options_ = {{"tls", "off"}};
  EXPECT_EQ(explained(message).status, Status::kNotApplicable);
}

TEST_F(RefusalTest, AddsNothingToWhatHasNothingToDoWithTheToken) {
  const Error error = explained("Connection refused\n");
  EXPECT_EQ(error.status, Status::kNotApplicable);
  EXPECT_EQ(error.code, "");
}

TEST_F(RefusalTest, HasACodeAndACommandForOtherFailuresThatAreKnown) {
  const Error error = explained("FATAL:  permission denied for database \"u\"\n");
  EXPECT_EQ(error.status, Status::kNotApplicable);
  EXPECT_EQ(error.code, "no_connect_privilege");
  EXPECT_EQ(error.sqlstate, "42501");
  EXPECT_EQ(error.commands[0], "GRANT CONNECT ON DATABASE \"u\" TO \"u\";");
  EXPECT_TRUE(explained("FATAL:  the database system is starting up\n").retryable);
}

TEST_F(RefusalTest, NamesTheFileWhosePasswordWasRefused) {
  fake_.files.write("/secret", "hunter2\n");
  options_ = {{"password_file", "/secret"}};
  const Error error = explained("FATAL:  password authentication failed for user \"u\"\n");
  EXPECT_EQ(error.status, Status::kDenied);
  EXPECT_EQ(error.code, "password_refused");
  EXPECT_THAT(error.message, HasSubstr("/secret"));
  EXPECT_TRUE(error.causes.empty());
}

TEST_F(RefusalTest, RepeatsNoTokenThatTheServerEchoes) {
  const std::string token(reply().password()->text.reveal());
  const Error error = explained("FATAL:  password authentication failed for user \"u\": " + token +
                                " \x1b[31m is wrong");
  EXPECT_EQ(error.evidence,
            "FATAL:  password authentication failed for user \"u\": … ?[31m is wrong");
  EXPECT_THAT(explanation_of(error), Not(HasSubstr("X-Amz-Signature")));
}

TEST_F(RefusalTest, SaysNothingOfAConnectionThatWorks) {
  ConnectionOutcome outcome;
  outcome.outcome = Outcome::kConnected;
  EXPECT_EQ(flow_.explain_refusal(reply(), outcome).status, Status::kNotApplicable);
}

}  // namespace
}  // namespace pgiam
