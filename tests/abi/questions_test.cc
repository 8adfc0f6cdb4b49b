// What the library asks its host, answered at once, later, elsewhere or never: the host's own
// credentials, and prompts.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::StrEq;

constexpr char kOwnKey[] = "AKIAHOSTSUPPLIED1234";

void supply(pgiam_question* question, const char* key = kOwnKey, const char* expires_at = "") {
  const pgiam_option values[] = {{"access_key_id", key},
                                 {"secret_access_key", kSecretKey},
                                 {"session_token", "ofTheHost"},
                                 {"expires_at", expires_at}};
  EXPECT_EQ(pgiam_question_answer(question, values, 4), PGIAM_OK);
}

std::size_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task"), end;
  return static_cast<std::size_t>(std::distance(tasks, end));
}

class Questions : public AbiTest {
 protected:
  using Ask = std::function<void(const pgiam_prompt*, pgiam_question*)>;

  Questions() {
    std::thread([] {}).join();  // a sanitizer has a thread of its own from a program's first one on
    forget_credentials();
    EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK);
  }

  static void call(void* self, const pgiam_prompt* prompt, pgiam_question* question) {
    auto* test = static_cast<Questions*>(self);
    ++test->asked_;
    EXPECT_EQ(std::this_thread::get_id(), test->thread_) << "never on a thread of the library";
    test->answer_(prompt, question);
  }

  pgiam_request request(const char* user, const char* identity) {
    pgiam_request request = request_for(user);
    request.credentials = call;
    request.credentials_user_data = this;
    request.credentials_identity = identity;
    return request;
  }

  pgiam_status ask(const pgiam_request& request) {
    reply_.free();
    error_.free();
    return pgiam_before_connect(context_, &request, reply_.out(), error_.out());
  }

  // As an event loop does it.
  pgiam_status loop(pgiam_operation* operation) {
    int64_t descriptor = -1;
    EXPECT_EQ(pgiam_operation_descriptor(operation, &descriptor, nullptr), PGIAM_OK);
    for (;;) {
      pollfd entry = {static_cast<int>(descriptor), POLLIN, 0};
      EXPECT_EQ(poll(&entry, 1, -1), 1);
      reply_.free();
      error_.free();
      const pgiam_status status = pgiam_operation_wait(operation, 0, reply_.out(), error_.out());
      if (status != PGIAM_E_TIMEOUT || error_is_of_the_call()) return status;
    }
  }
  bool error_is_of_the_call() {
    return std::string_view(pgiam_error_text(error_, PGIAM_ERROR_CODE)) != "still_running";
  }

  void look_at(std::vector<Operation>& operations) {
    for (Operation& operation : operations) {
      Reply none;
      pgiam_operation_wait(operation, 0, none.out(), nullptr);
    }
  }

  const char* message() { return pgiam_error_text(error_, PGIAM_ERROR_MESSAGE); }

  const std::thread::id thread_ = std::this_thread::get_id();
  int asked_ = 0;
  Ask answer_;
  Context context_;
  Reply reply_;
  Error error_;
};

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
  answer_ = [](const pgiam_prompt*, pgiam_question* question) {
    pgiam_question_decline(question, PGIAM_OK, nullptr);
  };
  EXPECT_EQ(ask(request("app", "declined")), PGIAM_E_NO_CREDENTIALS);
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

// A person is asked for the code that a role wants.
class AskedPerson : public Questions {
 protected:
  AskedPerson() {
    setenv("AWS_ACCESS_KEY_ID", kAccessKey, 1);
    setenv("AWS_SECRET_ACCESS_KEY", kSecretKey, 1);
    setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1", 1);  // what follows the answer fails
    setenv("AWS_MAX_ATTEMPTS", "1", 1);
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.ask = call;
    config.ask_user_data = this;
    make_context(config);
  }
  ~AskedPerson() override {
    unsetenv("AWS_ENDPOINT_URL_STS");
    unsetenv("AWS_MAX_ATTEMPTS");
  }

  void make_context(const pgiam_config& config) {
    context_.free();
    EXPECT_EQ(pgiam_context_new(&config, context_.out(), nullptr), PGIAM_OK);
  }

  // Of as many roles.
  void start(std::vector<Operation>& operations, int64_t timeout_ms) {
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const std::string arn = "arn:aws:iam::123456789012:role/dba" + std::to_string(i);
      const pgiam_option role[] = {{"role_arn", arn.c_str()},
                                   {"mfa_serial", "arn:aws:iam::123456789012:mfa/peccy"},
                                   {"cache", "none"}};
      pgiam_request asked = request_for("prompted");
      asked.options = role;
      asked.option_count = 3;
      asked.timeout_ms = timeout_ms;
      ASSERT_EQ(pgiam_operation_start(context_, &asked, operations[i].out(), nullptr), PGIAM_OK);
    }
  }

  void fetch_something_else() {
    const pgiam_request others = request_for("unprompted");
    Operation fetched;
    ASSERT_EQ(pgiam_operation_start(context_, &others, fetched.out(), nullptr), PGIAM_OK);
    EXPECT_EQ(loop(fetched), PGIAM_OK) << message();
  }

  static void answer(pgiam_question* question) {
    const pgiam_option code = {"answer", "271828"};
    EXPECT_EQ(pgiam_question_answer(question, &code, 1), PGIAM_OK);
  }
};

TEST_F(AskedPerson, HoldsNoThreadUntilTheAnswer) {
  std::vector<pgiam_question*> open;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { open.push_back(question); };
  const std::size_t before = threads();
  std::vector<Operation> operations(64);
  start(operations, 0);
  while (open.size() < operations.size()) look_at(operations);
  while (threads() > before + 1) std::this_thread::yield();
  fetch_something_else();
  for (pgiam_question* question : open) answer(question);
  for (Operation& operation : operations) EXPECT_EQ(loop(operation), PGIAM_E_NETWORK) << message();
  EXPECT_EQ(open.size(), operations.size());
}

TEST_F(AskedPerson, TakesTheTimeThatItTakes) {
  using std::chrono::steady_clock;
  pgiam_question* open = nullptr;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { open = question; };
  std::vector<Operation> operations(1);
  constexpr int64_t kLimit = 2000;
  start(operations, kLimit);
  const auto late = steady_clock::now() + std::chrono::milliseconds(kLimit + 200);
  while (open == nullptr || steady_clock::now() < late) {
    Reply none;
    ASSERT_EQ(pgiam_operation_wait(operations[0], 50, none.out(), nullptr), PGIAM_E_TIMEOUT);
  }
  answer(open);
  EXPECT_EQ(loop(operations[0]), PGIAM_E_NETWORK) << message();
}

TEST_F(AskedPerson, IsAskedAgainWhereThatIsCalledOff) {
  std::vector<pgiam_question*> open;
  answer_ = [&](const pgiam_prompt*, pgiam_question* question) { open.push_back(question); };
  std::vector<Operation> first(1), second(1);
  start(first, 0);
  while (open.empty()) look_at(first);
  start(second, 0);
  pgiam_operation_cancel(first[0]);
  EXPECT_EQ(loop(first[0]), PGIAM_E_CANCELLED);
  while (open.size() < 2) look_at(second);
  for (pgiam_question* question : open) answer(question);
  EXPECT_EQ(loop(second[0]), PGIAM_E_NETWORK) << message();
}

// A callback of ABI 1.0 blocks its thread, and one is called at a time.
TEST_F(AskedPerson, LeavesThreadsToOthersWhereItBlocks) {
  pgiam_config config = PGIAM_CONFIG_INIT;
  std::promise<void> opened;
  std::shared_future<void> gate = opened.get_future();
  config.prompt_user_data = &gate;
  config.prompt = [](void* gate, const pgiam_prompt*, pgiam_answer*) {
    static_cast<std::shared_future<void>*>(gate)->wait();
    return PGIAM_E_LOGIN_DECLINED;
  };
  make_context(config);
  std::vector<Operation> operations(64);
  start(operations, 300'000);
  fetch_something_else();
  opened.set_value();
  for (Operation& operation : operations)
    EXPECT_EQ(loop(operation), PGIAM_E_LOGIN_DECLINED) << message();
}

TEST_F(AskedPerson, MayAnswerOnAnotherThread) {
  std::thread later;
  answer_ = [&](const pgiam_prompt* prompt, pgiam_question* question) {
    EXPECT_EQ(prompt->kind, PGIAM_PROMPT_MFA_CODE);
    EXPECT_THAT(prompt->subject, HasSubstr("mfa/peccy"));
    later = std::thread([question] { answer(question); });
  };
  const pgiam_option role[] = {{"role_arn", "arn:aws:iam::123456789012:role/dba"},
                               {"mfa_serial", "arn:aws:iam::123456789012:mfa/peccy"},
                               {"cache", "none"}};
  pgiam_request asked = request_for("prompted");
  asked.options = role;
  asked.option_count = 3;
  Operation operation;
  ASSERT_EQ(pgiam_operation_start(context_, &asked, operation.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(loop(operation), PGIAM_E_NETWORK) << message();
  EXPECT_EQ(asked_, 1);
  later.join();

  answer_ = [](const pgiam_prompt*, pgiam_question* question) {
    pgiam_question_decline(question, PGIAM_OK, nullptr);
  };
  EXPECT_EQ(ask(asked), PGIAM_E_LOGIN_DECLINED);
  asked.flags = PGIAM_REQUEST_NO_INTERACTION;
  EXPECT_EQ(ask(asked), PGIAM_E_LOGIN_REQUIRED);
}

}  // namespace
