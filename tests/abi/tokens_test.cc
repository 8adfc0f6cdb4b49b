// What a caller gets: tokens, facts about them, and who owns what.
#include <chrono>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::StrEq;

class Tokens : public AbiTest {
 protected:
  Tokens() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }
  Context context_;
};

TEST_F(Tokens, AReplyTellsWhatWasRecognised) {
  const pgiam_request request = request_for("peccy");
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(token_of(reply), is_token_for("peccy"));
  EXPECT_EQ(param_of(reply, "sslmode"), "require");
  EXPECT_THAT(pgiam_reply_text(reply, PGIAM_REPLY_PROVIDER), StrEq("aws.environment"));
  EXPECT_THAT(pgiam_reply_text(reply, PGIAM_REPLY_TARGET), StartsWith("aws.rds"));
  EXPECT_THAT(pgiam_reply_text(reply, PGIAM_REPLY_REGION), StrEq("eu-west-1"));
  EXPECT_THAT(pgiam_reply_text(reply, PGIAM_REPLY_SIGNING_HOST), StrEq(kHost));
  EXPECT_EQ(pgiam_reply_number(reply, PGIAM_REPLY_SIGNING_PORT), 5432);
  EXPECT_THAT(pgiam_reply_text(reply, PGIAM_REPLY_PRINCIPAL), Not(HasSubstr(kAccessKey)));
}

TEST_F(Tokens, FactsByOneCallAreThoseOfTheOthers) {
  pgiam_request request = request_for("facts");
  pgiam_option region = {"region", "eu-central-1"};  // another than the host's: a warning
  request.options = &region;
  request.option_count = 1;
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  pgiam_facts facts = PGIAM_FACTS_INIT;
  ASSERT_EQ(pgiam_reply_facts(reply, &facts), PGIAM_OK);
  std::string texts;
  for (std::size_t i = 0; i < facts.param_count; ++i) {
    pgiam_param param = PGIAM_PARAM_INIT;
    ASSERT_EQ(pgiam_reply_param(reply, i, &param), PGIAM_OK);
    (texts.append(param.key) += '\0').append(param.value) += '\0';
  }
  for (const int32_t field : {PGIAM_REPLY_SIGNING_HOST, PGIAM_REPLY_REGION, PGIAM_REPLY_TARGET,
                              PGIAM_REPLY_PROVIDER, PGIAM_REPLY_PRINCIPAL, PGIAM_REPLY_RULE})
    texts.append(pgiam_reply_text(reply, field)) += '\0';
  EXPECT_EQ(std::string(facts.texts, facts.texts_size), texts);
  EXPECT_EQ(facts.token_expires_at, pgiam_reply_number(reply, PGIAM_REPLY_TOKEN_EXPIRES_AT));
  EXPECT_EQ(facts.credentials_expires_at, 0);
  EXPECT_EQ(facts.from_cache, 0u);
  EXPECT_EQ(facts.signing_port, 5432u);
  EXPECT_EQ(facts.param_count, pgiam_reply_param_count(reply));
  EXPECT_EQ(facts.warning_count, 1u);
}

TEST_F(Tokens, ATokenExpiresAQuarterOfAnHourAfterItsSigning) {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const pgiam_request request = request_for("expiry");
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  const int64_t expires = pgiam_reply_number(reply, PGIAM_REPLY_TOKEN_EXPIRES_AT);
  EXPECT_GE(expires, now + 898'000);
  EXPECT_LE(expires, now + 960'000);
  EXPECT_EQ(pgiam_reply_number(reply, PGIAM_REPLY_CREDENTIALS_EXPIRES_AT), 0);
}

TEST_F(Tokens, TheSameConnectionGetsTheSameTokenUnlessItAsksForAFreshOne) {
  pgiam_request request = request_for("repeat");
  Reply first, second, fresh;
  ASSERT_EQ(pgiam_before_connect(context_, &request, first.out(), nullptr), PGIAM_OK);
  ASSERT_EQ(pgiam_before_connect(context_, &request, second.out(), nullptr), PGIAM_OK);
  request.flags = PGIAM_REQUEST_REFRESH;
  ASSERT_EQ(pgiam_before_connect(context_, &request, fresh.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(token_of(first), token_of(second));
  EXPECT_EQ(pgiam_reply_number(first, PGIAM_REPLY_FROM_CACHE), 0);
  EXPECT_EQ(pgiam_reply_number(second, PGIAM_REPLY_FROM_CACHE), 1);
  EXPECT_EQ(pgiam_reply_number(fresh, PGIAM_REPLY_FROM_CACHE), 0);
}

TEST_F(Tokens, ARefusedCachedTokenIsDroppedAndTheCallerToldToRetryOnce) {
  const pgiam_request request = request_for("refused");
  Reply first, second, third;
  int32_t advice = -1;
  ASSERT_EQ(pgiam_before_connect(context_, &request, first.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(pgiam_after_connect(context_, first, PGIAM_OUTCOME_CONNECTED, nullptr, &advice),
            PGIAM_OK);
  EXPECT_EQ(advice, PGIAM_ADVICE_NONE);
  ASSERT_EQ(pgiam_before_connect(context_, &request, second.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(pgiam_after_connect(context_, second, PGIAM_OUTCOME_AUTH_FAILED, "28P01", &advice),
            PGIAM_OK);
  EXPECT_EQ(advice, PGIAM_ADVICE_RETRY_ONCE);
  ASSERT_EQ(pgiam_before_connect(context_, &request, third.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(pgiam_reply_number(third, PGIAM_REPLY_FROM_CACHE), 0);
  EXPECT_EQ(pgiam_after_connect(context_, third, PGIAM_OUTCOME_AUTH_FAILED, "28P01", &advice),
            PGIAM_OK);
  EXPECT_EQ(advice, PGIAM_ADVICE_NONE);
}

TEST_F(Tokens, AnOutcomeThatDoesNotExistIsInvalid) {
  const pgiam_request request = request_for("peccy");
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  for (const int32_t outcome : {0, 4, -1})
    EXPECT_EQ(pgiam_after_connect(context_, reply, outcome, nullptr, nullptr),
              PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Tokens, NothingOfTheRequestIsNeededAfterTheCall) {
  Reply reply;
  {
    const std::string host = kHost, user = "short-lived";
    pgiam_request request = PGIAM_REQUEST_INIT;
    request.host = host.c_str();
    request.user = user.c_str();
    ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  }
  EXPECT_THAT(token_of(reply), is_token_for("short-lived"));
}

TEST_F(Tokens, AReplyOutlivesItsContext) {
  const pgiam_request request = request_for("outlives");
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  context_.free();
  EXPECT_THAT(token_of(reply), is_token_for("outlives"));
}

TEST_F(Tokens, AnExplanationIsJsonWithoutAToken) {
  const pgiam_request request = request_for("curious");
  Reply reply;
  ASSERT_EQ(pgiam_explain(context_, &request, reply.out(), nullptr), PGIAM_OK);
  const std::string text = pgiam_reply_text(reply, PGIAM_REPLY_EXPLANATION);
  EXPECT_THAT(text, StartsWith("{"));
  EXPECT_THAT(text, HasSubstr(R"("region":"eu-west-1")"));
  EXPECT_THAT(text, Not(HasSubstr("X-Amz-Signature")));
  EXPECT_THAT(text, Not(HasSubstr(kSecretKey)));
  EXPECT_EQ(pgiam_reply_param_count(reply), 0u);
}

TEST_F(Tokens, AConnectionThatIsNotOursIsExplainedToo) {
  pgiam_request request = request_for("curious");
  request.host = "localhost";
  Reply reply;
  ASSERT_EQ(pgiam_explain(context_, &request, reply.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(pgiam_reply_text(reply, PGIAM_REPLY_EXPLANATION), HasSubstr(R"("target":"none")"));
}

TEST_F(Tokens, ASessionTokenOfManyKilobytesComesThroughWhole) {
  const std::string session(12'000, 'T');
  setenv("AWS_SESSION_TOKEN", session.c_str(), 1);
  pgiam_request request = request_for("session");
  request.flags = PGIAM_REQUEST_REFRESH;
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(token_of(reply), HasSubstr("&X-Amz-Security-Token=" + session + "&"));
}

}  // namespace
