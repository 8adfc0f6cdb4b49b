// The asynchronous form: poll, wait, cancel, and what frees do to what still runs.
#include <signal.h>

#include <array>
#include <limits>
#include <thread>

#include "gate.h"

namespace {

using ::testing::AnyOf;
using ::testing::Not;
using ::testing::StrEq;

// Counts done callbacks and lets the test wait for them.
class Done {
 public:
  static void call(void* done) { static_cast<Done*>(done)->count(); }
  void wait_for(int calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_ >= calls; });
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  void count() {
    const std::lock_guard lock(mutex_);
    ++calls_;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  int calls_ = 0;
};

class Operations : public AbiTest {
 protected:
  Operations() { EXPECT_EQ(gate_.make_context(context_.out()), PGIAM_OK); }
  // A test that fails half-way must not leave a thread at the gate.
  ~Operations() override { gate_.open(); }

  pgiam_status start(const pgiam_request& request, Operation& operation, Done* done = nullptr) {
    return pgiam_before_connect_start(context_, &request, done ? Done::call : nullptr, done,
                                      operation.out(), nullptr);
  }

  Gate gate_;
  Context context_;
};

TEST_F(Operations, TheResultIsHandedOverOnce) {
  Operation operation;
  ASSERT_EQ(start(request_for("once"), operation), PGIAM_OK);
  Reply reply, again;
  ASSERT_EQ(pgiam_operation_wait(operation, -1, reply.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(token_of(reply), is_token_for("once"));
  EXPECT_EQ(pgiam_operation_wait(operation, -1, again.out(), nullptr), PGIAM_E_INVALID_STATE);
}

TEST_F(Operations, AfterDoneAPollSucceeds) {
  Done done;
  Operation operation;
  ASSERT_EQ(start(request_for("poll"), operation, &done), PGIAM_OK);
  done.wait_for(1);
  Reply reply;
  EXPECT_EQ(pgiam_operation_wait(operation, 0, reply.out(), nullptr), PGIAM_OK);
  operation.free();
  EXPECT_EQ(done.calls(), 1);
}

TEST_F(Operations, TheHostsSignalsAreNotForTheirThreads) {
  struct Blocked {
    bool term = false, child = false;
    static void look(void* blocked) {
      sigset_t mask;
      pthread_sigmask(SIG_SETMASK, nullptr, &mask);
      *static_cast<Blocked*>(blocked) = {sigismember(&mask, SIGTERM) == 1,
                                         sigismember(&mask, SIGCHLD) == 1};
    }
  } blocked;
  const pgiam_request request = request_for("signals");
  Operation operation;
  ASSERT_EQ(pgiam_before_connect_start(context_, &request, Blocked::look, &blocked,
                                       operation.out(), nullptr),
            PGIAM_OK);
  operation.free();
  EXPECT_TRUE(blocked.term && blocked.child);
  sigset_t own;
  pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_EQ(sigismember(&own, SIGTERM), 0);
}

TEST_F(Operations, WhileItRunsWaitTimesOutAndItGoesOn) {
  Operation operation;
  ASSERT_EQ(start(Gate::request("slow"), operation), PGIAM_OK);
  gate_.wait_for_arrivals(1);
  Reply reply;
  EXPECT_EQ(pgiam_operation_wait(operation, 0, reply.out(), nullptr), PGIAM_E_TIMEOUT);
  Error error;
  EXPECT_EQ(pgiam_operation_wait(operation, 5, reply.out(), error.out()), PGIAM_E_TIMEOUT);
  EXPECT_STREQ(pgiam_error_text(error, PGIAM_ERROR_CODE), "still_running");
  EXPECT_EQ(reply, nullptr);
  gate_.open();
  EXPECT_EQ(
      pgiam_operation_wait(operation, std::numeric_limits<int64_t>::max(), reply.out(), nullptr),
      PGIAM_OK);
  EXPECT_THAT(token_of(reply), is_token_for("slow"));
}

TEST_F(Operations, ACancelledOneIsDoneAndAnswersCancelled) {
  Done done;
  Operation operation;
  ASSERT_EQ(start(Gate::request("cancelled"), operation, &done), PGIAM_OK);
  gate_.wait_for_arrivals(1);
  pgiam_operation_cancel(operation);
  gate_.open();
  done.wait_for(1);
  Reply reply;
  EXPECT_EQ(pgiam_operation_wait(operation, -1, reply.out(), nullptr), PGIAM_E_CANCELLED);
  EXPECT_EQ(reply, nullptr);
}

TEST_F(Operations, CancellingWhatIsOverChangesNothing) {
  Done done;
  Operation operation;
  ASSERT_EQ(start(request_for("late"), operation, &done), PGIAM_OK);
  done.wait_for(1);
  pgiam_operation_cancel(operation);
  Reply reply;
  EXPECT_EQ(pgiam_operation_wait(operation, -1, reply.out(), nullptr), PGIAM_OK);
}

TEST_F(Operations, FreeingARunningOneStillCallsDone) {
  Done done;
  Operation operation;
  ASSERT_EQ(start(Gate::request("freed"), operation, &done), PGIAM_OK);
  gate_.wait_for_arrivals(1);
  std::thread opener([this] { gate_.open(); });
  operation.free();
  opener.join();
  done.wait_for(1);
  EXPECT_EQ(done.calls(), 1);
}

TEST_F(Operations, FreeingTheContextEndsWhatRuns) {
  Done done;
  std::array<Operation, 4> operations;
  for (Operation& operation : operations)
    ASSERT_EQ(start(Gate::request("orphan"), operation, &done), PGIAM_OK);
  gate_.wait_for_arrivals(4);
  std::thread opener([this] { gate_.open(); });
  context_.free();
  opener.join();
  EXPECT_EQ(done.calls(), 4) << "context_free waits for callbacks";
  for (Operation& operation : operations) {
    Reply reply;
    EXPECT_THAT(pgiam_operation_wait(operation, -1, reply.out(), nullptr),
                AnyOf(PGIAM_OK, PGIAM_E_CANCELLED));
  }
}

TEST_F(Operations, NothingOfTheRequestIsNeededAfterTheStart) {
  Operation operation;
  {
    const std::string host = kHost, user = "gone", key = "region", value = "eu-central-1";
    const pgiam_option option = {key.c_str(), value.c_str()};
    pgiam_request request = PGIAM_REQUEST_INIT;
    request.host = host.c_str();
    request.user = user.c_str();
    request.options = &option;
    request.option_count = 1;
    ASSERT_EQ(start(request, operation), PGIAM_OK);
  }
  gate_.open();
  Reply reply;
  ASSERT_EQ(pgiam_operation_wait(operation, -1, reply.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(token_of(reply), is_token_for("gone"));
  EXPECT_THAT(pgiam_reply_text(reply, PGIAM_REPLY_REGION), StrEq("eu-central-1"));
}

TEST_F(Operations, AFailureIsHandedOverWithItsError) {
  forget_credentials();
  Operation operation;
  ASSERT_EQ(start(request_for("poor"), operation), PGIAM_OK);
  Reply reply;
  Error error;
  EXPECT_EQ(pgiam_operation_wait(operation, -1, reply.out(), error.out()), PGIAM_E_NO_CREDENTIALS);
  EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), Not(StrEq("")));
}

TEST_F(Operations, AnInvalidRequestDoesNotStart) {
  Done done;
  pgiam_request request = request_for("invalid");
  request.struct_size = 0;
  Operation operation;
  EXPECT_EQ(start(request, operation, &done), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(operation, nullptr);
  EXPECT_EQ(done.calls(), 0);
}

TEST_F(Operations, ManyRunAtOnce) {
  Done done;
  std::array<Operation, 64> operations;
  for (Operation& operation : operations)
    ASSERT_EQ(start(request_for("many"), operation, &done), PGIAM_OK);
  for (Operation& operation : operations) {
    Reply reply;
    ASSERT_EQ(pgiam_operation_wait(operation, -1, reply.out(), nullptr), PGIAM_OK);
    EXPECT_THAT(token_of(reply), is_token_for("many"));
  }
  done.wait_for(64);
}

}  // namespace
