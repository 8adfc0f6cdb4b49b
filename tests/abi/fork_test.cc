// Children of fork() go on working, whatever other threads were doing at that moment.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "gate.h"

namespace {

constexpr unsigned kPatience = 100;  // seconds until a child that hangs is ended

// True if the body is true in a child.
bool holds_in_child(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kPatience);
    _exit(body() ? 0 : 1);
  }
  int status = -1;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Fork : public AbiTest {
 protected:
  Fork() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }

  bool gets_token(const char* user, uint32_t flags = 0) {
    pgiam_request request = request_for(user);
    request.flags = flags;
    Reply reply;
    return pgiam_before_connect(context_, &request, reply.out(), nullptr) == PGIAM_OK &&
           token_of(reply).find(std::string("DBUser=") + user + "&") != std::string::npos;
  }

  bool operation_works() {
    const pgiam_request request = request_for("async");
    Operation operation;
    Reply reply;
    return pgiam_before_connect_start(context_, &request, nullptr, nullptr, operation.out(),
                                      nullptr) == PGIAM_OK &&
           pgiam_operation_wait(operation, -1, reply.out(), nullptr) == PGIAM_OK;
  }

  Context context_;
};

TEST_F(Fork, AChildWorksWithAContextThatWasNeverUsed) {
  EXPECT_TRUE(holds_in_child([this] { return gets_token("child"); }));
}

TEST_F(Fork, AChildHasWhatWasCached) {
  ASSERT_TRUE(gets_token("cached"));
  EXPECT_TRUE(holds_in_child([this] {
    const pgiam_request request = request_for("cached");
    Reply reply;
    return pgiam_before_connect(context_, &request, reply.out(), nullptr) == PGIAM_OK &&
           pgiam_reply_number(reply, PGIAM_REPLY_FROM_CACHE) == 1;
  }));
  EXPECT_TRUE(gets_token("cached")) << "the parent goes on as well";
}

TEST_F(Fork, AGrandchildWorksToo) {
  EXPECT_TRUE(holds_in_child([this] {
    return gets_token("child") && holds_in_child([this] { return gets_token("grandchild"); });
  }));
}

TEST_F(Fork, AChildFreesAContextThatAThreadOfTheParentIsUsing) {
  Gate gate;
  Context busy;
  ASSERT_EQ(gate.make_context(busy.out()), PGIAM_OK);
  std::thread thread([&] {
    const pgiam_request request = Gate::request("busy");
    Reply reply;
    EXPECT_EQ(pgiam_before_connect(busy, &request, reply.out(), nullptr), PGIAM_OK);
  });
  gate.wait_for_arrivals(1);
  EXPECT_TRUE(holds_in_child([&] {
    busy.free();
    return true;
  }));
  gate.open();
  thread.join();
}

// The sanitizers' own allocators do not survive the fork of a process whose other threads allocate:
// the child finds a size class locked for ever (gcc 12; seen in gdb with either).
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_F(Fork, AChildStartsOperationsAndFreesTheContext) {
  ASSERT_TRUE(operation_works());
  EXPECT_TRUE(holds_in_child([this] {
    const bool works = operation_works();
    context_.free();
    return works;
  }));
}

TEST_F(Fork, ChildrenWorkWhileOtherThreadsOfTheParentAsk) {
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      while (!over) EXPECT_TRUE(gets_token("busy", i % 2 ? PGIAM_REQUEST_REFRESH : 0));
    });
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(holds_in_child(
        [this] { return gets_token("busy") && gets_token("child", PGIAM_REQUEST_REFRESH); }));
  over = true;
  for (std::thread& thread : threads) thread.join();
}
#endif

}  // namespace
