// Credentials that end are fetched anew in the background: by a thread that is there only for them,
// in children of fork() as well, and that stands in nobody's way at the end.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "abi_test.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{20};
// The main thread, and one of ThreadSanitizer's own that comes with the first of the program's.
#ifdef __SANITIZE_THREAD__
constexpr std::ptrdiff_t kOthers = 2;
#else
constexpr std::ptrdiff_t kOthers = 1;
#endif

// A credential_process whose credentials live for 4 seconds, and which writes down who ran it.
class Renewal : public AbiTest {
 protected:
  Renewal() : folder_(fs::temp_directory_path() / ("pgiam-renewal-" + std::to_string(getpid()))) {
    forget_credentials();
    fs::remove_all(folder_);  // what a killed process of this number left
    fs::create_directory(folder_);
    std::ofstream(folder_ / "config") << "[default]\ncredential_process = exec " << program() << "\n";
    std::ofstream(folder_ / "program")
        << "#!/bin/sh\ncd " << folder_.string() << "\necho $PPID >> calls\nn=$(wc -l < calls)\n"
        << "[ $n -gt 1 ] && [ -e slow ] && exec sleep 600\n"
        << "printf '{\"Version\": 1, \"AccessKeyId\": \"AKID%s\", \"SecretAccessKey\": \"s\", "
           "\"Expiration\": \"%s\"}' $n $(date -u -d '+4 seconds' +%Y-%m-%dT%H:%M:%SZ)\n";
    fs::permissions(program(), fs::perms::owner_all);
    setenv("AWS_CONFIG_FILE", (folder_ / "config").c_str(), 1);
    EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK);
  }
  ~Renewal() override { fs::remove_all(folder_); }

  std::string program() const { return (folder_ / "program").string(); }
  void be_slow() const { std::ofstream(folder_ / "slow") << ""; }

  std::string ask() {
    const pgiam_request request = PGIAM_REQUEST_INIT;
    Reply reply;
    Error error;
    const pgiam_status status = pgiam_credentials(context_, &request, reply.out(), error.out());
    return status == PGIAM_OK ? param_of(reply, "access_key_id")
                              : pgiam_error_text(error, PGIAM_ERROR_MESSAGE);
  }

  // How often process `pid` ran it.
  int calls_of(pid_t pid) const {
    std::ifstream calls(folder_ / "calls");
    int count = 0;
    for (pid_t caller; calls >> caller;) count += caller == pid;
    return count;
  }
  bool wait_for_calls_of(pid_t pid, int count) const {
    const auto end = Clock::now() + kPatience;
    while (calls_of(pid) < count) {
      if (Clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
  }

  static std::ptrdiff_t threads() {
    return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
  }
  // One that was joined may still be seen for a moment.
  static bool threads_become(std::ptrdiff_t count) {
    const auto end = Clock::now() + kPatience;
    while (threads() != count && Clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return threads() == count;
  }

  const fs::path folder_;
  Context context_;
};

TEST_F(Renewal, HappensAheadOfTheEndWhileNobodyAsks) {
  EXPECT_EQ(ask(), "AKID1");
  EXPECT_EQ(threads(), kOthers + 1);
  ASSERT_TRUE(wait_for_calls_of(getpid(), 2));
  context_.free();
  EXPECT_TRUE(threads_become(kOthers)) << "the thread outlived the last context";
}

TEST_F(Renewal, TakesNoThreadForKeysThatDoNotEnd) {
  setenv("AWS_ACCESS_KEY_ID", kAccessKey, 1);
  setenv("AWS_SECRET_ACCESS_KEY", kSecretKey, 1);
  const auto before = threads();
  EXPECT_EQ(ask(), kAccessKey);
  setenv("AWS_CREDENTIAL_EXPIRATION", "2096-01-01T00:00:00Z", 1);
  EXPECT_EQ(ask(), kAccessKey);
  EXPECT_EQ(threads(), before);
}

// ThreadSanitizer lets no child of several threads start another; AddressSanitizer's allocator does
// not survive a fork while the thread that renews allocates.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST_F(Renewal, GoesOnInAChildOnceItAsks) {
  EXPECT_EQ(ask(), "AKID1");
  const pid_t child = fork();
  if (child == 0) {
    alarm(2 * kPatience.count());
    ask();
    const bool renewed = wait_for_calls_of(getpid(), 1);
    context_.free();
    _exit(renewed ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

#endif

TEST_F(Renewal, IsCalledOffWhenItsContextIsFreed) {
  EXPECT_EQ(ask(), "AKID1");
  be_slow();
  ASSERT_TRUE(wait_for_calls_of(getpid(), 2));
  const auto start = Clock::now();
  context_.free();
  EXPECT_LT(Clock::now() - start, kPatience);
}

// A host that ends without freeing anything, in the middle of a renewal.
TEST_F(Renewal, IsCalledOffWhenTheProcessEnds) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(2 * kPatience.count());
    Context kept;
    if (pgiam_context_new(nullptr, kept.out(), nullptr) != PGIAM_OK) _exit(2);
    ask();
    be_slow();
    if (!wait_for_calls_of(getpid(), 2)) _exit(3);
    std::exit(0);
  }
  int status = -1;
  const auto start = Clock::now();
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_LT(Clock::now() - start, kPatience);
}

}  // namespace
