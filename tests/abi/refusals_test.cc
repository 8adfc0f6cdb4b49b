// What a failed connection means, through the ABI (since 1.2).
#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::StrEq;

constexpr char kPam[] = "FATAL:  PAM authentication failed for user \"peccy\"\n";

class Refusals : public AbiTest {
 protected:
  Refusals() {
    EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK);
    const pgiam_request request = request_for("peccy");
    EXPECT_EQ(pgiam_before_connect(context_, &request, reply_.out(), nullptr), PGIAM_OK);
  }

  static pgiam_outcome failure(const char* sqlstate, const char* message) {
    pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
    outcome.outcome = PGIAM_OUTCOME_OTHER;
    outcome.sqlstate = sqlstate;
    outcome.message = message;
    return outcome;
  }
  pgiam_status explain(const pgiam_outcome& outcome) {
    error_.free();
    return pgiam_explain_refusal(context_, reply_, &outcome, error_.out());
  }
  const char* text(int32_t field) const { return pgiam_error_text(error_, field); }

  Context context_;
  Reply reply_;
  Error error_;
};

TEST_F(Refusals, OfTheTokenAreExplainedWithCausesThatHaveCodesAndCommands) {
  ASSERT_EQ(explain(failure(nullptr, kPam)), PGIAM_OK);
  EXPECT_EQ(pgiam_error_status(error_), PGIAM_E_DENIED);
  EXPECT_THAT(text(PGIAM_ERROR_MESSAGE),
              StartsWith("the server refused a token that was signed for orders."));
  EXPECT_THAT(text(PGIAM_ERROR_CODE), StrEq("token_refused"));
  EXPECT_THAT(text(PGIAM_ERROR_SQLSTATE), StrEq("28000"));
  EXPECT_THAT(text(PGIAM_ERROR_EVIDENCE), HasSubstr("PAM authentication failed"));
  EXPECT_THAT(pgiam_error_command(error_, 0), StartsWith("pgiam doctor 'host=orders."));

  const pgiam_error* cause = pgiam_error_cause(error_, 0);
  EXPECT_EQ(pgiam_error_status(cause), PGIAM_OK);
  EXPECT_THAT(pgiam_error_text(cause, PGIAM_ERROR_CODE), StrEq("no_permission"));
  EXPECT_THAT(pgiam_error_command(cause, 0), StartsWith("pgiam setup policy "));
  EXPECT_EQ(pgiam_error_command(cause, 1), nullptr);
}

TEST_F(Refusals, AreToldWholeForAClientThatPrintsThem) {
  ASSERT_EQ(explain(failure("28000", kPam)), PGIAM_OK);
  EXPECT_THAT(text(PGIAM_ERROR_EXPLANATION),
              HasSubstr(".\n  Likely causes, the likeliest first:\n  - the IAM policy"));
  EXPECT_THAT(text(PGIAM_ERROR_EXPLANATION), Not(HasSubstr(kAccessKey)));
}

TEST_F(Refusals, ThatHaveNothingToDoWithTheTokenDoNotApplyButMayHaveACode) {
  EXPECT_EQ(explain(failure("08006", "Connection refused")), PGIAM_NOT_APPLICABLE);
  EXPECT_THAT(text(PGIAM_ERROR_CODE), StrEq(""));
  EXPECT_EQ(explain(failure("3D000", "FATAL: database \"x\" does not exist")),
            PGIAM_NOT_APPLICABLE);
  EXPECT_THAT(text(PGIAM_ERROR_CODE), StrEq("no_database"));
  EXPECT_THAT(pgiam_error_command(error_, 0), Not(StrEq("")));
}

TEST_F(Refusals, ThatPassByThemselvesTellHowLongToWait) {
  const auto pause = [&] { return pgiam_error_number(error_, PGIAM_ERROR_RETRY_AFTER_MS); };
  EXPECT_EQ(explain(failure("57P03", "FATAL:  the database system is starting up")),
            PGIAM_NOT_APPLICABLE);
  EXPECT_EQ(pgiam_error_number(error_, PGIAM_ERROR_RETRYABLE), 1);
  EXPECT_GE(pause(), 1000);
  EXPECT_EQ(explain(failure("28000", "FATAL:  too many competing requests")),
            PGIAM_NOT_APPLICABLE);
  EXPECT_GE(pause(), 1000);
  EXPECT_EQ(explain(failure("3D000", "FATAL: database \"x\" does not exist")),
            PGIAM_NOT_APPLICABLE);
  EXPECT_EQ(pause(), 0) << "it does not pass";
}

TEST_F(Refusals, ComeAfterThePasswordIfAtAll) {
  pgiam_outcome outcome = failure(nullptr, kPam);
  outcome.flags = PGIAM_OUTCOME_PASSWORD_NOT_SENT;
  EXPECT_EQ(explain(outcome), PGIAM_NOT_APPLICABLE);
  outcome.flags = PGIAM_OUTCOME_PASSWORD_SENT;
  EXPECT_EQ(explain(outcome), PGIAM_OK);
}

TEST_F(Refusals, ChangeNothingByBeingExplained) {
  ASSERT_EQ(explain(failure("28000", kPam)), PGIAM_OK);
  const pgiam_request request = request_for("peccy");
  Reply again;
  ASSERT_EQ(pgiam_before_connect(context_, &request, again.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(token_of(again), token_of(reply_));
}

TEST_F(Refusals, OfAnOutcomeThatDoesNotExistAreInvalid) {
  pgiam_outcome outcome = failure(nullptr, kPam);
  outcome.outcome = 0;
  EXPECT_EQ(explain(outcome), PGIAM_E_INVALID_ARGUMENT);
  outcome = failure(nullptr, kPam);
  outcome.flags = 0x80;
  EXPECT_EQ(explain(outcome), PGIAM_E_UNSUPPORTED);
  outcome = failure(nullptr, kPam);
  outcome.struct_size = 0;
  EXPECT_EQ(explain(outcome), PGIAM_E_INVALID_ARGUMENT);
}

}  // namespace
