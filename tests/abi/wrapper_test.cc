// pgiam.hpp over the linked library.
#include <pgiam.hpp>

#include <future>
#include <stdexcept>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StrEq;

class Wrapper : public AbiTest {};

TEST_F(Wrapper, GivesATokenThatWasAskedFor) {
  pgiam::Context context(pgiam::Config().host("test", "1").option("reuse_seconds", "0"));
  pgiam::Result<pgiam::Reply> reply = context.before_connect(
      pgiam::Request(kHost).user("wrapped").port(5432).timeout(std::chrono::seconds(5)));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->applies());
  EXPECT_THAT(reply->param("password"), is_token_for("wrapped"));
  EXPECT_EQ(reply->param("no such thing"), nullptr);
  EXPECT_THAT(reply->text(PGIAM_REPLY_REGION), StrEq("eu-west-1"));
  EXPECT_EQ(reply->number(PGIAM_REPLY_SIGNING_PORT), 5432);
  EXPECT_FALSE(context.after_connect(*reply, PGIAM_OUTCOME_CONNECTED));
}

TEST_F(Wrapper, AConnectionThatIsNotOursHasNothingToSet) {
  pgiam::Context context;
  const pgiam::Reply reply = context.before_connect(pgiam::Request("localhost").user("me")).value();
  EXPECT_FALSE(reply.applies());
  EXPECT_TRUE(reply.params().empty());
  EXPECT_THAT(reply.text(PGIAM_REPLY_REGION), StrEq(""));
  EXPECT_FALSE(context.after_connect(reply, PGIAM_OUTCOME_AUTH_FAILED, "28P01"));
}

TEST_F(Wrapper, AFailureIsAResultOrAnException) {
  forget_credentials();
  pgiam::Context context;
  const pgiam::Request request = pgiam::Request(kHost).user("poor");
  pgiam::Result<pgiam::Reply> reply = context.before_connect(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().status(), PGIAM_E_NO_CREDENTIALS);
  try {
    context.before_connect(request).value();
    FAIL() << "nothing was thrown";
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), StrEq(reply.error().what()));
  }
}

TEST_F(Wrapper, ATextWithANulIsRefused) {
  const std::string text("app\0x", 5);  // C would read no more than app
  pgiam::Context context;
  const pgiam::Request whole(kHost);
  for (const pgiam::Request& request :
       {pgiam::Request(text), pgiam::Request(whole).user(text), pgiam::Request(whole).option("profile", text),
        pgiam::Request(whole).keyword("user", text), pgiam::Request(whole).keyword(text, "app")}) {
    for (const pgiam::Error& error : {context.before_connect(request).error(), context.start(request).error(),
                                      context.attempt(request).error(), context.explain(request).error()}) {
      EXPECT_EQ(error.status(), PGIAM_E_INVALID_ARGUMENT);
      EXPECT_THAT(error.text(PGIAM_ERROR_CODE), StrEq("nul_in_text"));
      EXPECT_THAT(error.what(), HasSubstr("NUL"));
    }
  }
  const auto made = pgiam::Context::create(pgiam::Config().option("profile", text));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().status(), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Wrapper, CausesOutliveTheErrorTheyCameWith) {
  forget_credentials();
  pgiam::Context context;
  std::vector<pgiam::Error> causes;
  {
    pgiam::Result<pgiam::Reply> reply = context.before_connect(pgiam::Request(kHost).user("poor"));
    ASSERT_FALSE(reply);
    causes = reply.error().causes();
  }
  ASSERT_FALSE(causes.empty());
  EXPECT_THAT(causes.front().provider(), StrEq("aws.environment"));
  EXPECT_THAT(causes.front().what(), Not(StrEq("")));
}

TEST_F(Wrapper, AnUnknownOptionMakesNoContext) {
  EXPECT_THROW(pgiam::Context(pgiam::Config().option("regoin", "x")), pgiam::Error);
  auto made = pgiam::Context::create(pgiam::Config().option("regoin", "x"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what(), HasSubstr("regoin"));
}

TEST_F(Wrapper, WithoutALibraryThereIsAnErrorToo) {
  auto made = pgiam::Context::create(pgiam::Config(), nullptr);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().status(), PGIAM_E_UNSUPPORTED);
  EXPECT_THAT(made.error().what(), HasSubstr("library"));
}

TEST_F(Wrapper, LogsWhatIsLoggedAndStopsExceptions) {
  int lines = 0;
  pgiam::Context context(
      pgiam::Config().log(PGIAM_LOG_WARN, [&](std::int32_t, const char*, const char*) {
        ++lines;
        throw std::runtime_error("a logger that throws");
      }));
  auto reply =
      context.before_connect(pgiam::Request(kHost).user("logged").option("region", "eu-central-1"));
  EXPECT_TRUE(reply);
  EXPECT_GT(lines, 0);
}

TEST_F(Wrapper, AMovedContextKeepsItsCallbacks) {
  int lines = 0;
  pgiam::Context first(pgiam::Config().log(
      PGIAM_LOG_WARN, [&](std::int32_t, const char*, const char*) { ++lines; }));
  pgiam::Context second;
  second = std::move(first);
  ASSERT_TRUE(
      second.before_connect(pgiam::Request(kHost).user("moved").option("region", "eu-central-1")));
  EXPECT_GT(lines, 0);
}

TEST_F(Wrapper, AnOperationTellsWhenItIsDone) {
  pgiam::Context context;
  std::promise<void> done;
  auto operation = context.start(pgiam::Request(kHost).user("async"), [&] { done.set_value(); });
  ASSERT_TRUE(operation);
  done.get_future().wait();
  auto reply = operation->wait(std::chrono::milliseconds(0));
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->param("password"), is_token_for("async"));
}

TEST_F(Wrapper, AnOperationThatIsLetGoCleansUp) {
  pgiam::Context context;
  EXPECT_TRUE(context.start(pgiam::Request(kHost).user("async"), [] {}));
  EXPECT_FALSE(context.start(pgiam::Request(kHost).user("async").flags(0x80000000u), [] {}));
}

TEST_F(Wrapper, AnOperationHasADescriptorForEventLoops) {
  pgiam::Context context;
  auto operation = context.start(pgiam::Request(kHost).user("loop"));
  ASSERT_TRUE(operation);
  auto descriptor = operation->descriptor();
  ASSERT_TRUE(descriptor);
  EXPECT_GE(*descriptor, 0);
  EXPECT_TRUE(operation->wait());
}

TEST_F(Wrapper, AnAttemptIsDrivenToItsEnd) {
  pgiam::Context context;
  auto attempt = context.attempt(
      pgiam::Request().keyword("host", kHost).keyword("user", "driven").can_apply("*"));
  ASSERT_TRUE(attempt);
  auto step = attempt->next();
  ASSERT_TRUE(step);
  EXPECT_EQ(step->kind, PGIAM_STEP_CONNECT);
  ASSERT_EQ(attempt->params().size(), 3u);
  EXPECT_THAT(attempt->params()[0].value, is_token_for("driven"));
  EXPECT_THAT(attempt->hosts()[0].host, StrEq(kHost));
  EXPECT_EQ(attempt->refresh(0).status(), PGIAM_OK);
  EXPECT_EQ(attempt->connected(), PGIAM_OK);
  EXPECT_EQ(attempt->next()->kind, PGIAM_STEP_DONE);
  attempt->restart();
  attempt->cancel();
  EXPECT_EQ(attempt->next().error().status(), PGIAM_E_CANCELLED);
}

TEST_F(Wrapper, AHostSuppliesCredentialsOrLetsGoOfTheQuestion) {
  pgiam::Context context;
  auto given = [](const pgiam_prompt&, pgiam::Question question) {
    question.answer({{"access_key_id", kAccessKey}, {"secret_access_key", kSecretKey}});
  };
  EXPECT_TRUE(
      context.before_connect(pgiam::Request(kHost).user("own").credentials(given, "wrapper")));
  auto forgotten = [](const pgiam_prompt&, pgiam::Question) { throw 1; };
  EXPECT_EQ(context
                .before_connect(pgiam::Request(kHost).user("own").credentials(forgotten, "none"))
                .error()
                .status(),
            PGIAM_E_NO_CREDENTIALS);
}

TEST_F(Wrapper, ExplainsAndListsOptionsAndFeatures) {
  pgiam::Context context;
  auto reply = context.explain(pgiam::Request(kHost).user("curious"));
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->text(PGIAM_REPLY_EXPLANATION), HasSubstr("eu-west-1"));
  EXPECT_THAT(pgiam::options().front().key, StrEq("profile"));
  EXPECT_FALSE(pgiam::features().empty());
}

TEST_F(Wrapper, ExplainsARefusalWithCausesAndCommands) {
  pgiam::Context context;
  const pgiam::Reply reply = context.before_connect(pgiam::Request(kHost).user("poor")).value();
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = PGIAM_OUTCOME_OTHER;
  outcome.message = "FATAL:  password authentication failed for user \"poor\"";
  const pgiam::Error refusal = context.explain_refusal(reply, outcome);
  EXPECT_EQ(refusal.status(), PGIAM_E_DENIED);
  EXPECT_THAT(refusal.text(PGIAM_ERROR_SQLSTATE), StrEq("28P01"));
  const pgiam::Error likeliest = refusal.causes().front();
  EXPECT_THAT(likeliest.text(PGIAM_ERROR_CODE), StrEq("no_rds_iam"));
  EXPECT_EQ(likeliest.commands(), std::vector<std::string>{"GRANT rds_iam TO \"poor\";"});

  EXPECT_EQ(refusal.retry_after().count(), 0);

  outcome.message = "FATAL:  the database system is starting up";
  EXPECT_GT(context.explain_refusal(reply, outcome).retry_after().count(), 0);
  outcome.message = "connection timed out";
  EXPECT_EQ(context.explain_refusal(reply, outcome).status(), PGIAM_NOT_APPLICABLE);
}

TEST_F(Wrapper, WarnsOneAtATimeAndAWarningOutlivesItsReply) {
  pgiam::Context context(pgiam::Config().log(PGIAM_LOG_WARN, [](std::int32_t, const char*, const char*) {}));
  std::vector<pgiam::Error> warnings;
  {
    const pgiam::Reply reply =
        context.before_connect(pgiam::Request(kHost).user("warned").option("region", "eu-central-1"))
            .value();
    warnings = reply.warnings();
  }
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings.front().text(PGIAM_ERROR_CODE), StrEq("region_option_differs"));
  EXPECT_THAT(warnings.front().what(), HasSubstr("eu-central-1"));
  EXPECT_TRUE(context.before_connect(pgiam::Request(kHost).user("fine")).value().warnings().empty());
}

TEST_F(Wrapper, WorksOverATableThatALoaderGave) {
  const pgiam_api* api = pgiam_get_api(PGIAM_ABI_MAJOR);
  pgiam::Context context(pgiam::Config(), api);
  EXPECT_THAT(context.before_connect(pgiam::Request(kHost).user("table")).value().param("password"),
              is_token_for("table"));
  EXPECT_FALSE(pgiam::options(api).empty());
}

}  // namespace
