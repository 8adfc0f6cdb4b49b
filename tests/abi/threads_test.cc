// Many threads at one context, and many contexts at one process.
#include <functional>
#include <thread>
#include <vector>

#include "abi_test.h"

namespace {

constexpr int kThreads = 64;
constexpr int kRounds = 20;

void in_threads(const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

class Threads : public AbiTest {
 protected:
  Threads() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }
  Context context_;
};

TEST_F(Threads, ShareAContext) {
  in_threads([this](int thread) {
    for (int round = 0; round < kRounds; ++round) {
      const std::string user = "user" + std::to_string((thread + round) % 8);
      pgiam_request request = request_for(user.c_str());
      if (round % 7 == 0) request.flags = PGIAM_REQUEST_REFRESH;
      Reply reply;
      ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
      ASSERT_THAT(token_of(reply), is_token_for(user));
      const int32_t outcome = round % 5 ? PGIAM_OUTCOME_CONNECTED : PGIAM_OUTCOME_AUTH_FAILED;
      ASSERT_EQ(pgiam_after_connect(context_, reply, outcome, nullptr, nullptr), PGIAM_OK);
    }
  });
}

TEST_F(Threads, MakeAndFreeContextsOfTheirOwn) {
  in_threads([](int) {
    for (int round = 0; round < kRounds; ++round) {
      Context context;
      ASSERT_EQ(pgiam_context_new(nullptr, context.out(), nullptr), PGIAM_OK);
      const pgiam_request request = request_for("peccy");
      Reply reply;
      ASSERT_EQ(pgiam_before_connect(context, &request, reply.out(), nullptr), PGIAM_OK);
    }
  });
}

TEST_F(Threads, StartCancelAndWaitAtOnce) {
  in_threads([this](int thread) {
    const pgiam_request request = request_for("peccy");
    Operation operation;
    ASSERT_EQ(
        pgiam_before_connect_start(context_, &request, nullptr, nullptr, operation.out(), nullptr),
        PGIAM_OK);
    if (thread % 2) pgiam_operation_cancel(operation);
    Reply reply;
    const pgiam_status status = pgiam_operation_wait(operation, -1, reply.out(), nullptr);
    ASSERT_TRUE(status == PGIAM_OK || (thread % 2 && status == PGIAM_E_CANCELLED));
  });
}

TEST_F(Threads, AnOperationIsCancelledFromAnotherThread) {
  const pgiam_request request = request_for("peccy");
  Operation operation;
  ASSERT_EQ(
      pgiam_before_connect_start(context_, &request, nullptr, nullptr, operation.out(), nullptr),
      PGIAM_OK);
  std::thread canceller([&] { pgiam_operation_cancel(operation); });
  Reply reply;
  const pgiam_status status = pgiam_operation_wait(operation, -1, reply.out(), nullptr);
  canceller.join();
  EXPECT_TRUE(status == PGIAM_OK || status == PGIAM_E_CANCELLED);
}

}  // namespace
