// What the library asks its host, answered at once, later, elsewhere or never: the host's own
// credentials, and prompts.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "questions.h"

namespace {

using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::StrEq;

TEST_F(Questions, CredentialsAreSuppliedInsideTheCallback) {
  answer_ = [](const pgiam_prompt* prompt, pgiam_question* question) {
    EXPECT_EQ(prompt->kind, PGIAM_PROMPT_CREDENTIALS);
    EXPECT_THAT(prompt->subject, StrEq("inside"));
    EXPECT_GT(prompt->expires_in_ms, 0);
    supply(question);
  };
  ASSERT_EQ(ask(request("app", "inside")), PGIAM_OK) << message();
  EXPECT_THAT(token_of(reply_), HasSubstr(kOwnKey));
  EXPECT_THAT(token_of(reply_), HasSubstr("ofTheHost"));
}

TEST_F(Questions, TheIdentityIsWhatTheyAreKeptUnder) {
  answer_ = [](const pgiam_prompt*, pgiam_question* question) { supply(question); };
  ASSERT_EQ(ask(request("app", "kept")), PGIAM_OK);
  ASSERT_EQ(ask(request("another", "kept")), PGIAM_OK);
  EXPECT_EQ(asked_, 1);
  ASSERT_EQ(ask(request("app", "other")), PGIAM_OK);
  EXPECT_EQ(asked_, 2);
  pgiam_request nameless = request("app", "");
  EXPECT_EQ(ask(nameless), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Questions, AnOperationAsksWhenTheHostLooks) {
  std::thread later;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) {
    later = std::thread([question] { supply(question); });
  };
  const pgiam_request asked = request("app", "later");
  Operation operation;
  ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(loop(operation), PGIAM_OK) << message();
  EXPECT_THAT(token_of(reply_), HasSubstr(kOwnKey));
  EXPECT_EQ(asked_, 1);
  later.join();
}

TEST_F(Questions, ABlockingCallWaitsForAnAnswerFromElsewhere) {
  std::thread later;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) {
    later = std::thread([question] { supply(question); });
  };
  EXPECT_EQ(ask(request("app", "elsewhere")), PGIAM_OK) << message();
  later.join();
}

TEST_F(Questions, AnAttemptAsksInItsSteps) {
  answer_ = [](const pgiam_prompt*, pgiam_question* question) { supply(question); };
  for (const std::uint32_t flags : {std::uint32_t{0}, PGIAM_REQUEST_NO_WAIT}) {
    pgiam_request asked = request("app", flags ? "attempt without waiting" : "attempt");
    asked.flags = flags;
    Owned<pgiam_attempt, pgiam_attempt_free> attempt;
    ASSERT_EQ(pgiam_attempt_new(context_, &asked, attempt.out(), nullptr), PGIAM_OK);
    pgiam_step step = PGIAM_STEP_INIT;
    ASSERT_EQ(pgiam_attempt_next(attempt, &step, error_.out()), PGIAM_OK) << message();
    while (step.kind == PGIAM_STEP_WAIT) {
      pollfd entry = {static_cast<int>(step.descriptor), POLLIN, 0};
      ASSERT_EQ(poll(&entry, 1, -1), 1);
      ASSERT_EQ(pgiam_attempt_next(attempt, &step, error_.out()), PGIAM_OK) << message();
    }
    EXPECT_EQ(step.kind, PGIAM_STEP_CONNECT);
  }
  EXPECT_EQ(asked_, 2);
}

TEST_F(Questions, WhoIsNeverAnsweredRunsOutOfTime) {
  pgiam_question* unanswered = nullptr;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { unanswered = question; };
  pgiam_request asked = request("app", "never");
  asked.timeout_ms = 50;
  EXPECT_EQ(ask(asked), PGIAM_E_TIMEOUT);
  EXPECT_EQ(pgiam_error_number(error_, PGIAM_ERROR_RETRYABLE), 1);
  supply(unanswered);  // too late, and of no consequence
}

TEST_F(Questions, ADeclinedOneFailsWithTheHostsWords) {
  answer_ = [](const pgiam_prompt*, pgiam_question* question) {
    pgiam_question_decline(question, PGIAM_E_NETWORK, "the vault is down");
  };
  EXPECT_EQ(ask(request("app", "declined")), PGIAM_E_NETWORK);
  EXPECT_THAT(message(), HasSubstr("the vault is down"));
  EXPECT_EQ(pgiam_error_number(error_, PGIAM_ERROR_RETRYABLE), 1);
  answer_ = [](const pgiam_prompt*, pgiam_question* question) {
    pgiam_question_decline(question, PGIAM_OK, nullptr);
  };
  EXPECT_EQ(ask(request("app", "declined")), PGIAM_E_NO_CREDENTIALS);
  EXPECT_EQ(pgiam_error_number(error_, PGIAM_ERROR_RETRYABLE), 0);
}

TEST_F(Questions, AnswersThatMakeNoSenseAreTold) {
  answer_ = [](const pgiam_prompt*, pgiam_question* question) {
    const pgiam_option half = {"access_key_id", kOwnKey};
    pgiam_question_answer(question, &half, 1);
  };
  EXPECT_NE(ask(request("app", "half")), PGIAM_OK);
  EXPECT_THAT(message(), HasSubstr("secret_access_key"));
  answer_ = [](const pgiam_prompt*, pgiam_question* question) {
    EXPECT_EQ(pgiam_question_answer(question, nullptr, 1), PGIAM_E_INVALID_ARGUMENT);
  };
  EXPECT_EQ(ask(request("app", "null")), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(pgiam_question_answer(nullptr, nullptr, 0), PGIAM_E_INVALID_ARGUMENT);
  pgiam_question_decline(nullptr, PGIAM_OK, nullptr);
}

TEST_F(Questions, MayBeAnsweredWhenTheOperationHasGone) {
  pgiam_question* late = nullptr;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { late = question; };
  const pgiam_request asked = request("app", "gone");
  {
    Operation operation;
    ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
    while (!late) pgiam_operation_wait(operation, 1, reply_.out(), nullptr);
  }
  context_.free();
  supply(late);
}

TEST_F(Questions, WhoWaitsForDoneIsAskedNothing) {
  const pgiam_request asked = request("app", "done");
  Operation operation;
  EXPECT_EQ(pgiam_before_connect_start(context_, &asked, [](void*) {}, nullptr, operation.out(),
                                       nullptr),
            PGIAM_E_UNSUPPORTED);
  EXPECT_EQ(asked_, 0);
}

TEST_F(Questions, ACancelEndsTheWait) {
  Operation operation;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) {
    pgiam_operation_cancel(operation);
    pgiam_question_decline(question, PGIAM_OK, nullptr);
  };
  const pgiam_request asked = request("app", "cancelled");
  ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(loop(operation), PGIAM_E_CANCELLED);
}

TEST_F(Questions, InAChildTheParentsQuestionIsJustFreed) {
  pgiam_question* open = nullptr;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { open = question; };
  const pgiam_request asked = request("app", "forked");
  Operation operation;
  ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  while (!open) pgiam_operation_wait(operation, 1, reply_.out(), nullptr);
  const pid_t child = fork();
  if (child == 0) {
    pgiam_question_decline(open, PGIAM_OK, nullptr);
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  supply(open);
  EXPECT_EQ(loop(operation), PGIAM_OK) << message();
}

TEST_F(Questions, FiftyWhoWaitForOneAnswerHoldNoThread) {
  pgiam_question* open = nullptr;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { open = question; };
  const std::size_t before = threads();
  const pgiam_request asked = request("app", "fifty");
  std::vector<Operation> operations(50);
  for (Operation& operation : operations)
    ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  while (!open) look_at(operations);
  // One looks at deadlines; those of the pool have nothing to do and go.
  while (threads() > before + 1) std::this_thread::yield();
  supply(open);
  for (Operation& operation : operations) EXPECT_EQ(loop(operation), PGIAM_OK) << message();
  EXPECT_EQ(asked_, 1);
}

TEST_F(Questions, WhoIsCalledOffLeavesTheQuestionToTheNextInLine) {
  std::vector<pgiam_question*> open;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { open.push_back(question); };
  const pgiam_request asked = request("app", "in line");
  std::vector<Operation> operations(3);
  for (Operation& operation : operations)
    ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  std::size_t leader = operations.size();
  while (leader == operations.size())
    for (std::size_t i = 0; i < operations.size(); ++i) {
      pgiam_operation_wait(operations[i], 0, reply_.out(), nullptr);
      if (!open.empty() && leader == operations.size()) leader = i;
    }
  pgiam_operation_cancel(operations[leader]);
  while (open.size() < 2) look_at(operations);
  supply(open[0], "AKIATOOLATE");
  supply(open[1]);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (i == leader) continue;
    EXPECT_EQ(loop(operations[i]), PGIAM_OK) << message();
    EXPECT_THAT(token_of(reply_), HasSubstr(kOwnKey));
  }
}

TEST_F(Questions, WhoIsCalledOffBeforeTheHostLooksIsNotAskedFor) {
  const pgiam_request asked = request("app", "not looked at");
  Operation operation;
  ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  int64_t descriptor = -1;
  ASSERT_EQ(pgiam_operation_descriptor(operation, &descriptor, nullptr), PGIAM_OK);
  pollfd entry = {static_cast<int>(descriptor), POLLIN, 0};
  ASSERT_EQ(poll(&entry, 1, -1), 1);
  pgiam_operation_cancel(operation);
  EXPECT_EQ(loop(operation), PGIAM_E_CANCELLED);
  EXPECT_EQ(asked_, 0);
}

// A thousand questions that are open at a time.
class ManyQuestions : public Questions {
 protected:
  static constexpr std::size_t kMany = 1000;

  ManyQuestions() : operations_(kMany) {
    answer_ = [this](const pgiam_prompt*, pgiam_question* question) { open_.push_back(question); };
    for (std::size_t i = 0; i < kMany; ++i) {
      const std::string identity = "source " + std::to_string(i);
      const pgiam_request asked = request("app", identity.c_str());
      EXPECT_EQ(pgiam_operation_start(context_, &asked, operations_[i].out(), nullptr), PGIAM_OK);
    }
    while (open_.size() < kMany) {
      look_at(operations_);
      most_threads_ = std::max(most_threads_, threads());
    }
  }

  // Without a descriptor, of which a process may have few.
  pgiam_status finish(pgiam_operation* operation) {
    reply_.free();
    error_.free();
    return pgiam_operation_wait(operation, -1, reply_.out(), error_.out());
  }

  const std::size_t threads_before_ = threads();
  std::size_t most_threads_ = 0;
  std::vector<Operation> operations_;
  std::vector<pgiam_question*> open_;
};

TEST_F(ManyQuestions, TakeNoThreadThatAnotherFetchWants) {
  setenv("AWS_ACCESS_KEY_ID", kAccessKey, 1);
  setenv("AWS_SECRET_ACCESS_KEY", kSecretKey, 1);
  const pgiam_request others = request_for("fetched");
  Operation fetched;
  ASSERT_EQ(pgiam_operation_start(context_, &others, fetched.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(finish(fetched), PGIAM_OK) << message();

  std::thread elsewhere([this] {
    for (pgiam_question* question : open_) supply(question);
  });
  for (Operation& operation : operations_) {
    EXPECT_EQ(finish(operation), PGIAM_OK) << message();
    most_threads_ = std::max(most_threads_, threads());
  }
  elsewhere.join();
  EXPECT_LE(most_threads_, threads_before_ + 64 + 1);
  EXPECT_EQ(asked_, static_cast<int>(kMany));
}

TEST_F(ManyQuestions, AreAnsweredWhileTheyAreCalledOff) {
  std::thread elsewhere([this] {
    for (pgiam_question* question : open_) supply(question);
  });
  for (std::size_t i = kMany; i-- > kMany / 2;) pgiam_operation_cancel(operations_[i]);
  for (std::size_t i = 0; i < kMany; ++i) {
    const pgiam_status status = finish(operations_[i]);
    if (i < kMany / 2)
      EXPECT_EQ(status, PGIAM_OK) << message();
    else
      EXPECT_TRUE(status == PGIAM_OK || status == PGIAM_E_CANCELLED) << message();
  }
  elsewhere.join();
}

TEST_F(ManyQuestions, EndWithTheContextThatTheyAreOf) {
  context_.free();
  for (Operation& operation : operations_) EXPECT_EQ(finish(operation), PGIAM_E_CANCELLED);
  for (pgiam_question* question : open_) supply(question);
}

// The sanitizers let no child of several threads start another, or allocate in it (fork_test.cc).
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_F(ManyQuestions, OfTheParentKeepNothingFromAChild) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(100);
    answer_ = [](const pgiam_prompt*, pgiam_question* question) { supply(question); };
    const pgiam_request asked = request("app", "source 0");
    Operation operation;
    bool is_well = pgiam_operation_start(context_, &asked, operation.out(), nullptr) == PGIAM_OK &&
                   finish(operation) == PGIAM_OK;
    for (Operation& of_parent : operations_) of_parent.free();
    for (pgiam_question* question : open_) pgiam_question_decline(question, PGIAM_OK, nullptr);
    _exit(is_well ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  for (pgiam_question* question : open_) supply(question);
  for (Operation& operation : operations_) EXPECT_EQ(finish(operation), PGIAM_OK) << message();
}
#endif

TEST_F(Questions, AnOperationThatIsNeverAnsweredRunsOutOfTime) {
  pgiam_question* unanswered = nullptr;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { unanswered = question; };
  pgiam_request asked = request("app", "never, and nobody waits");
  asked.timeout_ms = 200;
  Operation operation;
  ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(loop(operation), PGIAM_E_TIMEOUT);
  EXPECT_EQ(pgiam_error_number(error_, PGIAM_ERROR_RETRYABLE), 1);
  if (unanswered != nullptr) supply(unanswered);
}

// What rests on what the host supplies waits with it.
TEST_F(Questions, ForARolesBaseHoldNoThreadEither) {
  setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1", 1);  // what follows the answer fails
  setenv("AWS_MAX_ATTEMPTS", "1", 1);
  const pgiam_option role[] = {{"role_arn", "arn:aws:iam::123456789012:role/dba"},
                               {"cache", "none"}};
  std::vector<pgiam_question*> open;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { open.push_back(question); };
  const std::size_t before = threads();
  std::vector<Operation> operations(70);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const std::string identity = "base " + std::to_string(i);
    pgiam_request asked = request("app", identity.c_str());
    asked.options = role;
    asked.option_count = 2;
    ASSERT_EQ(pgiam_operation_start(context_, &asked, operations[i].out(), nullptr), PGIAM_OK);
  }
  while (open.size() < operations.size()) look_at(operations);
  while (threads() > before + 1) std::this_thread::yield();
  for (pgiam_question* question : open) supply(question);
  for (Operation& operation : operations) EXPECT_EQ(loop(operation), PGIAM_E_NETWORK) << message();
  EXPECT_EQ(open.size(), operations.size());
  unsetenv("AWS_ENDPOINT_URL_STS");
  unsetenv("AWS_MAX_ATTEMPTS");
}

}  // namespace
