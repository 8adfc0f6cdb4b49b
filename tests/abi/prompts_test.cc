// Prompts: a role behind an MFA device makes the library ask the person in front of the host.
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "abi_test.h"

namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StrEq;

constexpr char kDevice[] = "arn:aws:iam::123456789012:mfa/peccy";
constexpr char kCode[] = "271828";

class Prompts : public AbiTest {
 protected:
  using Prompt = std::function<pgiam_status(const pgiam_prompt* prompt, pgiam_answer* answer)>;

  Prompts() {
    // Where nobody listens: what follows the answer fails at once.
    setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1", 1);
    setenv("AWS_MAX_ATTEMPTS", "1", 1);
  }

  void make_context(Prompt prompt) {
    prompt_ = std::move(prompt);
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.log_level = PGIAM_LOG_DEBUG;
    config.log_user_data = this;
    config.log = [](void* self, int32_t, const char*, const char* text) {
      static_cast<Prompts*>(self)->lines_.push_back(text);
    };
    if (prompt_) {
      config.prompt_user_data = &prompt_;
      config.prompt = [](void* function, const pgiam_prompt* asked, pgiam_answer* answer) {
        return (*static_cast<Prompt*>(function))(asked, answer);
      };
    }
    ASSERT_EQ(pgiam_context_new(&config, context_.out(), nullptr), PGIAM_OK);
  }

  pgiam_status ask(uint32_t flags = 0) {
    static const pgiam_option role[] = {{"role_arn", "arn:aws:iam::123456789012:role/dba"},
                                        {"mfa_serial", kDevice},
                                        {"cache", "none"}};
    pgiam_request request = request_for("prompted");
    request.flags = flags;
    request.timeout_ms = 5000;
    request.options = role;
    request.option_count = 3;
    Reply reply;
    error_.free();
    return pgiam_before_connect(context_, &request, reply.out(), error_.out());
  }

  std::string message() const { return pgiam_error_text(error_, PGIAM_ERROR_MESSAGE); }

  Prompt prompt_;
  std::vector<std::string> lines_;
  Context context_;
  Error error_;
};

TEST_F(Prompts, ThePersonIsToldWhatForAndMayDecline) {
  int asked = 0;
  make_context([&](const pgiam_prompt* prompt, pgiam_answer*) {
    ++asked;
    EXPECT_EQ(prompt->struct_size, sizeof(pgiam_prompt));
    EXPECT_EQ(prompt->kind, PGIAM_PROMPT_MFA_CODE);
    EXPECT_THAT(prompt->subject, StrEq(kDevice));
    EXPECT_THAT(prompt->title, HasSubstr("role/dba"));
    return PGIAM_E_LOGIN_DECLINED;
  });
  EXPECT_EQ(ask(), PGIAM_E_LOGIN_DECLINED);
  EXPECT_EQ(asked, 1);
}

TEST_F(Prompts, AnAnswerIsUsedAndNeverToldOn) {
  make_context([](const pgiam_prompt*, pgiam_answer* answer) {
    return pgiam_answer_set(answer, kCode, sizeof kCode - 1);
  });
  EXPECT_EQ(ask(), PGIAM_E_NETWORK) << message();
  EXPECT_THAT(message(), Not(HasSubstr(kCode)));
  EXPECT_THAT(lines_, Each(Not(HasSubstr(kCode))));
}

TEST_F(Prompts, AHostThatCannotAskThisLeavesTheLoginToThePerson) {
  make_context([](const pgiam_prompt*, pgiam_answer*) { return PGIAM_E_UNSUPPORTED; });
  EXPECT_EQ(ask(), PGIAM_E_LOGIN_REQUIRED);
}

TEST_F(Prompts, WithoutACallbackNobodyIsAsked) {
  make_context(nullptr);
  EXPECT_EQ(ask(), PGIAM_E_LOGIN_REQUIRED);
  EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_HINT), Not(StrEq("")));
}

TEST_F(Prompts, ARequestWithoutInteractionAsksNobody) {
  bool asked = false;
  make_context([&](const pgiam_prompt*, pgiam_answer*) {
    asked = true;
    return PGIAM_OK;
  });
  EXPECT_EQ(ask(PGIAM_REQUEST_NO_INTERACTION), PGIAM_E_LOGIN_REQUIRED);
  EXPECT_FALSE(asked);
}

TEST_F(Prompts, AChildIsAskedWhileThePersonStillAnswersItsParent) {
  const pid_t parent = getpid();
  std::promise<void> asked, answered;
  make_context([&](const pgiam_prompt*, pgiam_answer*) {
    if (getpid() == parent) {
      asked.set_value();
      answered.get_future().wait();
    }
    return PGIAM_E_LOGIN_DECLINED;
  });
  std::thread first([this] { ask(); });
  asked.get_future().wait();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // where it would wait for ever
    _exit(ask() == PGIAM_E_LOGIN_DECLINED ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  answered.set_value();
  first.join();
}

TEST_F(Prompts, FromAPromptItsOwnContextRefusesToWork) {
  pgiam_status nested = PGIAM_OK;
  make_context([&](const pgiam_prompt*, pgiam_answer*) {
    const pgiam_request request = request_for("nested");
    Reply reply;
    nested = pgiam_before_connect(context_, &request, reply.out(), nullptr);
    return PGIAM_E_LOGIN_DECLINED;
  });
  EXPECT_EQ(ask(), PGIAM_E_LOGIN_DECLINED);
  EXPECT_EQ(nested, PGIAM_E_INVALID_STATE);
}

}  // namespace
