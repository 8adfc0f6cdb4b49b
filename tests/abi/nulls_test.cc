// NULL wherever a pointer can stand, and what is not given: an answer, never a crash.
#include "abi_test.h"

namespace {

using ::testing::StrEq;

class Nulls : public AbiTest {};

TEST_F(Nulls, EveryFreeTakesNull) {
  pgiam_context_free(nullptr);
  pgiam_reply_free(nullptr);
  pgiam_error_free(nullptr);
  pgiam_operation_free(nullptr);
  pgiam_conninfo_free(nullptr);
  pgiam_operation_cancel(nullptr);
}

TEST_F(Nulls, GettersOfNothingAnswerNothing) {
  EXPECT_EQ(pgiam_error_status(nullptr), PGIAM_OK);
  EXPECT_THAT(pgiam_error_text(nullptr, PGIAM_ERROR_MESSAGE), StrEq(""));
  EXPECT_EQ(pgiam_error_number(nullptr, PGIAM_ERROR_RETRYABLE), 0);
  EXPECT_EQ(pgiam_error_cause(nullptr, 0), nullptr);
  EXPECT_EQ(pgiam_error_command(nullptr, 0), nullptr);
  EXPECT_EQ(pgiam_reply_param_count(nullptr), 0u);
  EXPECT_EQ(pgiam_conninfo_count(nullptr), 0u);
  EXPECT_THAT(pgiam_reply_text(nullptr, PGIAM_REPLY_REGION), StrEq(""));
  EXPECT_EQ(pgiam_reply_number(nullptr, PGIAM_REPLY_FROM_CACHE), 0);
  const auto log = [](void*, int32_t, const char*, const char*) {};
  EXPECT_EQ(pgiam_context_take_log(nullptr, log, nullptr), 0u);
}

TEST_F(Nulls, MissingObjectsAreInvalidArguments) {
  Context context;
  ASSERT_EQ(pgiam_context_new(nullptr, context.out(), nullptr), PGIAM_OK);
  const pgiam_request request = request_for("peccy");
  Reply reply;
  Operation operation;
  pgiam_param param = {sizeof param, 0, nullptr, nullptr};

  EXPECT_EQ(pgiam_context_new(nullptr, nullptr, nullptr), PGIAM_E_INVALID_ARGUMENT);
  for (const auto ask : {pgiam_before_connect, pgiam_explain, pgiam_credentials, pgiam_login}) {
    EXPECT_EQ(ask(nullptr, &request, reply.out(), nullptr), PGIAM_E_INVALID_ARGUMENT);
    EXPECT_EQ(ask(context, nullptr, reply.out(), nullptr), PGIAM_E_INVALID_ARGUMENT);
    EXPECT_EQ(ask(context, &request, nullptr, nullptr), PGIAM_E_INVALID_ARGUMENT);
  }
  EXPECT_EQ(pgiam_reply_param(nullptr, 0, &param), PGIAM_E_INVALID_ARGUMENT);
  pgiam_facts facts = PGIAM_FACTS_INIT;
  EXPECT_EQ(pgiam_reply_facts(nullptr, &facts), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_after_connect(nullptr, nullptr, PGIAM_OUTCOME_CONNECTED, nullptr, nullptr),
            PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_after_connect(context, nullptr, PGIAM_OUTCOME_CONNECTED, nullptr, nullptr),
            PGIAM_E_INVALID_ARGUMENT);
  const pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  EXPECT_EQ(pgiam_explain_refusal(nullptr, nullptr, &outcome, nullptr), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_explain_refusal(context, nullptr, &outcome, nullptr), PGIAM_E_INVALID_ARGUMENT);
  const auto take = [](void*, const char*, size_t) {};
  EXPECT_EQ(pgiam_examine(nullptr, &request, 1, take, nullptr, nullptr), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_examine(context, nullptr, 1, take, nullptr, nullptr), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_examine(context, &request, 1, nullptr, nullptr, nullptr),
            PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(
      pgiam_before_connect_start(nullptr, &request, nullptr, nullptr, operation.out(), nullptr),
      PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(
      pgiam_before_connect_start(context, nullptr, nullptr, nullptr, operation.out(), nullptr),
      PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_before_connect_start(context, &request, nullptr, nullptr, nullptr, nullptr),
            PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_operation_wait(nullptr, 0, reply.out(), nullptr), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_option_at(0, nullptr), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_conninfo_parse("", nullptr, nullptr), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_conninfo_at(nullptr, 0, &param), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_answer_set(nullptr, "1", 1), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(reply, nullptr);
  EXPECT_EQ(operation, nullptr);
}

TEST_F(Nulls, OptionsThatAreCountedButMissingAreInvalid) {
  Context context;
  pgiam_config config = PGIAM_CONFIG_INIT;
  config.option_count = 1;
  EXPECT_EQ(pgiam_context_new(&config, context.out(), nullptr), PGIAM_E_INVALID_ARGUMENT);
  const pgiam_option nameless = {nullptr, "dev"};
  config.options = &nameless;
  EXPECT_EQ(pgiam_context_new(&config, context.out(), nullptr), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Nulls, NullAndEmptyBothMeanNotGiven) {
  Context context;
  const pgiam_option not_given[] = {{"profile", nullptr}, {"region", ""}};
  pgiam_config config = PGIAM_CONFIG_INIT;
  config.host_name = "";
  config.options = not_given;
  config.option_count = 2;
  ASSERT_EQ(pgiam_context_new(&config, context.out(), nullptr), PGIAM_OK);

  pgiam_request request = request_for("peccy");
  request.database = request.password = request.sslmode = "";
  request.options = not_given;
  request.option_count = 2;
  Reply reply;
  EXPECT_EQ(pgiam_before_connect(context, &request, reply.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(token_of(reply), is_token_for("peccy"));
}

TEST_F(Nulls, AHostThatIsNotGivenIsNotOurs) {
  Context context;
  ASSERT_EQ(pgiam_context_new(nullptr, context.out(), nullptr), PGIAM_OK);
  pgiam_request request = request_for("peccy");
  for (const char* host :
       {static_cast<const char*>(nullptr), "", "localhost", "/var/run/postgresql"}) {
    request.host = host;
    Reply reply;
    EXPECT_EQ(pgiam_before_connect(context, &request, reply.out(), nullptr), PGIAM_NOT_APPLICABLE);
    EXPECT_EQ(reply, nullptr);
  }
}

TEST_F(Nulls, FieldsThatThisVersionDoesNotKnowAreEmpty) {
  Context context;
  ASSERT_EQ(pgiam_context_new(nullptr, context.out(), nullptr), PGIAM_OK);
  const pgiam_request request = request_for("peccy");
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context, &request, reply.out(), nullptr), PGIAM_OK);
  for (const int32_t field : {-1, 0, 999}) {
    EXPECT_THAT(pgiam_reply_text(reply, field), StrEq(""));
    EXPECT_EQ(pgiam_reply_number(reply, field), 0);
  }
  pgiam_param param = {sizeof param, 0, nullptr, nullptr};
  EXPECT_EQ(pgiam_reply_param(reply, pgiam_reply_param_count(reply), &param),
            PGIAM_E_INVALID_ARGUMENT);
}

}  // namespace
