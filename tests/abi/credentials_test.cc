// The cloud's own credentials through the ABI, and signing in for them (since 1.1).
#include <pgiam.hpp>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StrEq;

class CredentialsCall : public AbiTest {
 protected:
  CredentialsCall() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }

  Context context_;
  Reply reply_;
  Error error_;
  const pgiam_request request_ = PGIAM_REQUEST_INIT;
};

TEST_F(CredentialsCall, HandsThemOutAndMarksWhatIsSecret) {
  setenv("AWS_SESSION_TOKEN", "session/Token", 1);
  setenv("AWS_CREDENTIAL_EXPIRATION", "2096-01-01T00:00:00Z", 1);
  ASSERT_EQ(pgiam_credentials(context_, &request_, reply_.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(param_of(reply_, "access_key_id"), kAccessKey);
  EXPECT_EQ(param_of(reply_, "secret_access_key"), kSecretKey);
  EXPECT_EQ(param_of(reply_, "session_token"), "session/Token");
  EXPECT_EQ(param_of(reply_, "account_id"), "") << "nobody said it";
  for (size_t i = 0; i < pgiam_reply_param_count(reply_); ++i) {
    pgiam_param param = {sizeof param, 0, nullptr, nullptr};
    ASSERT_EQ(pgiam_reply_param(reply_, i, &param), PGIAM_OK);
    EXPECT_EQ(param.flags, std::string(param.key) == "access_key_id" ? 0u : PGIAM_PARAM_SECRET);
  }
  EXPECT_EQ(pgiam_reply_number(reply_, PGIAM_REPLY_CREDENTIALS_EXPIRES_AT), 3976214400000);
  EXPECT_EQ(pgiam_reply_number(reply_, PGIAM_REPLY_TOKEN_EXPIRES_AT), 0);
  EXPECT_THAT(pgiam_reply_text(reply_, PGIAM_REPLY_PROVIDER), StrEq("aws.environment"));
  EXPECT_THAT(pgiam_reply_text(reply_, PGIAM_REPLY_PRINCIPAL), Not(HasSubstr(kAccessKey)));
}

TEST_F(CredentialsCall, SaysWhatWasTriedWhereThereAreNone) {
  forget_credentials();
  EXPECT_EQ(pgiam_credentials(context_, &request_, reply_.out(), error_.out()),
            PGIAM_E_NO_CREDENTIALS);
  EXPECT_EQ(reply_, nullptr);
  ASSERT_NE(pgiam_error_cause(error_, 0), nullptr);
  EXPECT_THAT(pgiam_error_text(pgiam_error_cause(error_, 0), PGIAM_ERROR_PROVIDER),
              StrEq("aws.environment"));
}

TEST_F(CredentialsCall, TeachNothingAfterAConnection) {
  ASSERT_EQ(pgiam_credentials(context_, &request_, reply_.out(), nullptr), PGIAM_OK);
  int32_t advice = -1;
  EXPECT_EQ(pgiam_after_connect(context_, reply_, PGIAM_OUTCOME_AUTH_FAILED, "28P01", &advice),
            PGIAM_OK);
  EXPECT_EQ(advice, PGIAM_ADVICE_NONE);
}

TEST_F(CredentialsCall, ALoginTakesSomebodyToAsk) {
  EXPECT_EQ(pgiam_login(context_, &request_, reply_.out(), error_.out()), PGIAM_E_LOGIN_REQUIRED);
  EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_HINT), HasSubstr("pgiam login"));
}

TEST_F(CredentialsCall, TheWrapperHandsThemOut) {
  pgiam::Context context;
  EXPECT_THAT(context.credentials().value().param("access_key_id"), StrEq(kAccessKey));
  EXPECT_EQ(context.login().error().status(), PGIAM_E_LOGIN_REQUIRED);
}

TEST_F(CredentialsCall, TheWrapperOverAnOlderLibraryRefuses) {
  pgiam_api older = *pgiam_get_api(PGIAM_ABI_MAJOR);
  older.struct_size = offsetof(pgiam_api, credentials);
  pgiam::Context context(pgiam::Config(), &older);
  EXPECT_EQ(context.credentials().error().status(), PGIAM_E_UNSUPPORTED);
  EXPECT_EQ(context.login().error().status(), PGIAM_E_UNSUPPORTED);
}

}  // namespace
