// Callbacks: what they are told, and what may be called from inside them.
#include <pthread.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <vector>

#include "gate.h"

namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StrEq;

// A context that logs everything into a function of the test.
class Callbacks : public AbiTest {
 protected:
  using Log =
      std::function<void(int32_t level, const std::string& component, const std::string& text)>;

  void make_context(Log log, int32_t level = PGIAM_LOG_DEBUG) {
    log_ = std::move(log);
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.log_level = level;
    config.log_user_data = &log_;
    config.log = [](void* log, int32_t line_level, const char* component, const char* text) {
      (*static_cast<Log*>(log))(line_level, component, text);
    };
    ASSERT_EQ(pgiam_context_new(&config, context_.out(), nullptr), PGIAM_OK);
  }

  pgiam_status ask(const pgiam_request& request) {
    Reply reply;
    return pgiam_before_connect(context_, &request, reply.out(), nullptr);
  }

  Log log_;
  Context context_;
};

TEST_F(Callbacks, TheLogIsToldOfAWarningAndNeverOfASecret) {
  setenv("AWS_SESSION_TOKEN", "sessionTokenNeverToBeSeen", 1);
  std::vector<std::string> lines;
  make_context([&](int32_t, const std::string& component, const std::string& text) {
    lines.push_back(component + ": " + text);
  });
  const pgiam_request request = Gate::request("peccy");
  Reply reply;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  ASSERT_EQ(pgiam_after_connect(context_, reply, PGIAM_OUTCOME_AUTH_FAILED, "28P01", nullptr),
            PGIAM_OK);
  forget_credentials();
  Reply none;
  EXPECT_NE(pgiam_before_connect(context_, &request, none.out(), nullptr), PGIAM_OK);

  ASSERT_FALSE(lines.empty());
  for (const char* secret : {kSecretKey, "sessionTokenNeverToBeSeen", "X-Amz-Signature"})
    EXPECT_THAT(lines, Each(Not(HasSubstr(secret))));
}

TEST_F(Callbacks, TheLogIsNotCalledBelowItsLevel) {
  int lines = 0;
  make_context([&](int32_t, const std::string&, const std::string&) { ++lines; }, 0);
  EXPECT_EQ(ask(Gate::request("peccy")), PGIAM_OK);
  EXPECT_EQ(lines, 0);
}

TEST_F(Callbacks, FromACallbackItsOwnContextRefusesToWork) {
  std::vector<pgiam_status> answers;
  make_context([&](int32_t, const std::string&, const std::string&) {
    if (!answers.empty()) return;
    const pgiam_request request = request_for("nested");
    Reply reply;
    Operation operation;
    Error error;
    answers.push_back(pgiam_before_connect(context_, &request, reply.out(), error.out()));
    answers.push_back(pgiam_explain(context_, &request, reply.out(), nullptr));
    answers.push_back(
        pgiam_before_connect_start(context_, &request, nullptr, nullptr, operation.out(), nullptr));
    EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), HasSubstr("callback"));
  });
  EXPECT_EQ(ask(Gate::request("peccy")), PGIAM_OK);
  EXPECT_EQ(answers.size(), 3u);
  EXPECT_THAT(answers, Each(PGIAM_E_INVALID_STATE));
}

TEST_F(Callbacks, FromACallbackAnotherContextWorks) {
  Context other;
  ASSERT_EQ(pgiam_context_new(nullptr, other.out(), nullptr), PGIAM_OK);
  std::vector<pgiam_status> answers;
  make_context([&](int32_t, const std::string&, const std::string&) {
    const pgiam_request request = request_for("other");
    Reply reply;
    answers.push_back(pgiam_before_connect(other, &request, reply.out(), nullptr));
  });
  EXPECT_EQ(ask(Gate::request("peccy")), PGIAM_OK);
  ASSERT_FALSE(answers.empty());
  EXPECT_THAT(answers, Each(PGIAM_OK));
}

TEST_F(Callbacks, FromACallbackTheLibraryTellsOfItself) {
  make_context([&](int32_t, const std::string&, const std::string&) {
    pgiam_option_info info{};
    info.struct_size = sizeof info;
    EXPECT_EQ(pgiam_option_at(0, &info), PGIAM_OK);
    EXPECT_NE(pgiam_feature_at(0), nullptr);
    EXPECT_THAT(pgiam_status_name(PGIAM_OK), StrEq("PGIAM_OK"));
  });
  EXPECT_EQ(ask(Gate::request("peccy")), PGIAM_OK);
}

// A thread that is cancelled in a callback ends the call first, be the answer fetched or at hand.
// AddressSanitizer does not see that the stack of a cancelled thread has been unwound.
#if !defined(__SANITIZE_ADDRESS__)
TEST_F(Callbacks, AThreadThatIsCancelledInOneGoesAfterTheCall) {
  const std::string passfile = ::testing::TempDir() + "callbacks_test.pgpass";
  std::ofstream(passfile) << "*:*:*:*:a-password-of-the-users-own\n";
  ASSERT_EQ(chmod(passfile.c_str(), 0600), 0);
  const pgiam_option keyword = {"passfile", passfile.c_str()};

  struct Asking {
    pgiam_context* context;
    pgiam_request request;
    pgiam_status status;
  };
  const auto ask_and_go = [](void* data) -> void* {
    auto* asking = static_cast<Asking*>(data);
    {
      Reply reply;
      asking->status = pgiam_before_connect(asking->context, &asking->request, reply.out(), nullptr);
    }
    pthread_testcancel();
    return nullptr;
  };
  int lines = 0;
  make_context([&](int32_t, const std::string&, const std::string&) {
    ++lines;
    pthread_cancel(pthread_self());
    pthread_testcancel();
  });
  Asking fetched{context_, Gate::request("peccy"), PGIAM_E_INTERNAL};
  Asking passed{context_, request_for("peccy"), PGIAM_E_INTERNAL};
  passed.request.keywords = &keyword;
  passed.request.keyword_count = 1;
  Asking at_hand = passed;
  for (Asking* asking : {&fetched, &passed, &at_hand}) {
    lines = 0;
    pthread_t thread;
    void* result = nullptr;
    ASSERT_EQ(pthread_create(&thread, nullptr, ask_and_go, asking), 0);
    ASSERT_EQ(pthread_join(thread, &result), 0);
    EXPECT_EQ(result, PTHREAD_CANCELED);
    EXPECT_EQ(asking->status, asking == &fetched ? PGIAM_OK : PGIAM_NOT_APPLICABLE);
    EXPECT_GT(lines, 0);
  }
  std::remove(passfile.c_str());
}
#endif

// A context that cannot be freed there is left alone, rather than waiting for itself for ever.
TEST_F(Callbacks, FromACallbackItsOwnContextIsNotFreed) {
  bool tried = false;
  make_context([&](int32_t, const std::string&, const std::string&) {
    tried = true;
    pgiam_context_free(context_);
  });
  EXPECT_EQ(ask(Gate::request("peccy")), PGIAM_OK);
  EXPECT_TRUE(tried);
  EXPECT_EQ(ask(request_for("peccy")), PGIAM_OK);
}

// What a host does when it is told that its operation is done.
struct Host {
  pgiam_context* context = nullptr;
  std::promise<pgiam_operation*> started;
  std::promise<pgiam_status> told;
};

TEST_F(Callbacks, FromDoneItsContextRefusesToWork) {
  make_context([](int32_t, const std::string&, const std::string&) {}, 0);
  Host host{context_, {}, {}};
  const auto done = [](void* data) {
    Host& told = *static_cast<Host*>(data);
    const pgiam_request request = request_for("nested");
    Reply reply;
    told.told.set_value(pgiam_before_connect(told.context, &request, reply.out(), nullptr));
  };
  const pgiam_request request = request_for("outer");
  Operation operation;
  ASSERT_EQ(pgiam_before_connect_start(context_, &request, done, &host, operation.out(), nullptr),
            PGIAM_OK);
  EXPECT_EQ(host.told.get_future().get(), PGIAM_E_INVALID_STATE);
}

TEST_F(Callbacks, FromDoneTheResultIsTakenAndTheOperationFreed) {
  make_context([](int32_t, const std::string&, const std::string&) {}, 0);
  Host host;
  const auto done = [](void* data) {
    Host& told = *static_cast<Host*>(data);
    pgiam_operation* operation = told.started.get_future().get();
    Reply reply;
    const pgiam_status status = pgiam_operation_wait(operation, 0, reply.out(), nullptr);
    pgiam_operation_free(operation);
    told.told.set_value(status);
  };
  // Nobody waits for a thread whose operation is freed on it, so it should leave nothing behind:
  // with the token in the cache it needs no libcrypto, which keeps memory per thread.
  const pgiam_request request = request_for("outer");
  ASSERT_EQ(ask(request), PGIAM_OK);
  pgiam_operation* operation = nullptr;
  ASSERT_EQ(pgiam_before_connect_start(context_, &request, done, &host, &operation, nullptr),
            PGIAM_OK);
  host.started.set_value(operation);
  EXPECT_EQ(host.told.get_future().get(), PGIAM_OK);
  context_.free();
}

}  // namespace
