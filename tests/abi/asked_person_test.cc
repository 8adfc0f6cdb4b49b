// A person is asked for what a load wants, and takes their time.
#include <future>

#include "questions.h"

namespace {

using ::testing::HasSubstr;

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
