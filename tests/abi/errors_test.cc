// Errors are owned, tell what was tried, and hold no secret.
#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::StrEq;

class Errors : public AbiTest {
 protected:
  Errors() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }
  Context context_;
};

TEST_F(Errors, WithoutCredentialsEveryProviderThatWasTriedIsACause) {
  forget_credentials();
  const pgiam_request request = request_for("peccy");
  Reply reply;
  Error error;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), error.out()),
            PGIAM_E_NO_CREDENTIALS);
  EXPECT_EQ(reply, nullptr);
  EXPECT_EQ(pgiam_error_status(error), PGIAM_E_NO_CREDENTIALS);
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), Not(StrEq("")));
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_HINT), Not(StrEq("")));

  std::string tried;
  for (size_t i = 0; const pgiam_error* cause = pgiam_error_cause(error, i); ++i) {
    EXPECT_THAT(pgiam_error_text(cause, PGIAM_ERROR_MESSAGE), Not(StrEq("")));
    tried += std::string(pgiam_error_text(cause, PGIAM_ERROR_PROVIDER)) + " ";
  }
  EXPECT_THAT(tried, StartsWith("aws.environment aws.web_identity aws.profile "));
}

TEST_F(Errors, TheWholeStoryForAPersonIsMessageCausesAndHintInLines) {
  forget_credentials();
  const pgiam_request request = request_for("peccy");
  Reply reply;
  Error error;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), error.out()),
            PGIAM_E_NO_CREDENTIALS);
  std::string story = std::string(pgiam_error_text(error, PGIAM_ERROR_MESSAGE)) + "\n";
  for (size_t i = 0; const pgiam_error* cause = pgiam_error_cause(error, i); ++i)
    story += std::string("  ") + pgiam_error_text(cause, PGIAM_ERROR_PROVIDER) +
             (*pgiam_error_text(cause, PGIAM_ERROR_PROVIDER) != '\0' ? ": " : "") +
             pgiam_error_text(cause, PGIAM_ERROR_MESSAGE) + "\n";
  story += std::string("  ") + pgiam_error_text(error, PGIAM_ERROR_HINT) + "\n";
  EXPECT_EQ(pgiam_error_text(error, PGIAM_ERROR_EXPLANATION), story);
}

TEST_F(Errors, HalfAKeyPairNamesTheMissingHalfAndNotTheOther) {
  unsetenv("AWS_ACCESS_KEY_ID");
  const pgiam_request request = request_for("peccy");
  Reply reply;
  Error error;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), error.out()), PGIAM_E_BAD_CONFIG);
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), HasSubstr("AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), Not(HasSubstr(kSecretKey)));
}

TEST_F(Errors, AnUnknownOptionNamesItselfAndItsNeighbour) {
  const pgiam_option option = {"regoin", "eu-west-1"};
  pgiam_config config = PGIAM_CONFIG_INIT;
  config.options = &option;
  config.option_count = 1;
  Context context;
  Error error;
  ASSERT_NE(pgiam_context_new(&config, context.out(), error.out()), PGIAM_OK);
  const std::string told = std::string(pgiam_error_text(error, PGIAM_ERROR_MESSAGE)) +
                           pgiam_error_text(error, PGIAM_ERROR_HINT);
  EXPECT_THAT(told, HasSubstr("regoin"));
  EXPECT_THAT(told, HasSubstr("region"));
}

TEST_F(Errors, AnUnknownOptionOfARequestIsTheSameError) {
  const pgiam_option option = {"regoin", "eu-west-1"};
  pgiam_request request = request_for("peccy");
  request.options = &option;
  request.option_count = 1;
  Reply reply;
  Error error;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), error.out()),
            PGIAM_E_UNSUPPORTED);
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), HasSubstr("regoin"));
}

TEST_F(Errors, AHostOfOursThatTellsNoRegionIsAnError) {
  pgiam_request request = request_for("peccy");
  request.host = "mine.global-abc123.global.rds.amazonaws.com";
  Reply reply;
  EXPECT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_E_TARGET);
}

TEST_F(Errors, ATokenIsNotMadeForAConnectionThatMayGoWithoutTls) {
  pgiam_request request = request_for("peccy");
  request.sslmode = "prefer";
  Reply reply;
  EXPECT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_E_INSECURE);
}

TEST_F(Errors, AnErrorOutlivesItsContext) {
  forget_credentials();
  const pgiam_request request = request_for("peccy");
  Reply reply;
  Error error;
  ASSERT_NE(pgiam_before_connect(context_, &request, reply.out(), error.out()), PGIAM_OK);
  context_.free();
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), Not(StrEq("")));
}

TEST_F(Errors, FieldsThatThisVersionDoesNotKnowAreEmpty) {
  forget_credentials();
  const pgiam_request request = request_for("peccy");
  Reply reply;
  Error error;
  ASSERT_NE(pgiam_before_connect(context_, &request, reply.out(), error.out()), PGIAM_OK);
  for (const int32_t field : {-1, 0, 999}) {
    EXPECT_THAT(pgiam_error_text(error, field), StrEq(""));
    EXPECT_EQ(pgiam_error_number(error, field), 0);
  }
}

TEST_F(Errors, EveryStatusHasItsName) {
  EXPECT_THAT(pgiam_status_name(PGIAM_OK), StrEq("PGIAM_OK"));
  EXPECT_THAT(pgiam_status_name(PGIAM_NOT_APPLICABLE), StrEq("PGIAM_NOT_APPLICABLE"));
  EXPECT_THAT(pgiam_status_name(PGIAM_E_NETWORK), StrEq("PGIAM_E_NETWORK"));
  EXPECT_THAT(pgiam_status_name(PGIAM_E_BAD_RESPONSE), StrEq("PGIAM_E_BAD_RESPONSE"));
  for (const pgiam_status unknown : {-1, 99, 399, 1'000'000})
    EXPECT_THAT(pgiam_status_name(unknown), Not(StrEq("")));
}

}  // namespace
