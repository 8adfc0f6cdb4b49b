#include "adapters/process_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "adapters/system_clock.h"

namespace pgiam {
namespace {

using testing::HasSubstr;

// The file's only line, once it is whole.
std::string line_of(const std::string& path) {
  char text[32] = "";
  const int fd = open(path.c_str(), O_RDONLY);
  const ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  return got > 0 && text[got - 1] == '\n' ? text : "";
}

// No time passes on it until a script has written its line, however slow the machine; then a minute
// at each look.
class FastOnceWritten : public SystemClock {
 public:
  explicit FastOnceWritten(std::string path) : path_(std::move(path)) {}
  Milliseconds uptime() const override {
    if (!line_of(path_).empty()) uptime_ += Milliseconds{60'000};
    return uptime_;
  }

 private:
  const std::string path_;
  mutable Milliseconds uptime_{0};
};

class PosixProcessTest : public testing::Test {
 protected:
  Call call(Milliseconds patience = Milliseconds{20'000}) const {
    Call call;
    call.deadline = clock_.uptime() + patience;
    call.stop = stop_.get_token();
    return call;
  }
  static ProcessRequest shell(const std::string& script) {
    ProcessRequest request;
    request.argv = {"sh", "-c", script};
    return request;
  }
  Result<ProcessResult> run(const ProcessRequest& request) { return process_.run(request, call()); }

  // Whether a script's orphan was ended by a signal. It is this process's own child (SetUp) once the
  // script has ended, as process 1 of a container reaps nothing, or does so when it has the time.
  static bool was_killed(const std::string& pid) {
    for (int i = 0; i < 3000; ++i) {
      int status = 0;
      if (waitpid(std::stoi(pid), &status, 0) == std::stoi(pid)) return WIFSIGNALED(status);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  // Whether the process that a script named on its output is gone, within half a minute.
  static bool is_gone(const std::string& pid) {
    for (int i = 0; i < 3000; ++i) {
      if (kill(std::stoi(pid), 0) != 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  static std::string await_line(const std::string& path) {
    for (int i = 0; i < 3000; ++i) {
      if (const std::string line = line_of(path); !line.empty()) return line;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return "0";
  }

  const SystemClock clock_{};
  PosixProcess process_{clock_};
  std::stop_source stop_;
  const std::string path_ =
      testing::TempDir() + "pgiam_process_" + std::to_string(getpid()) + "_pid";
  void SetUp() override {
    unlink(path_.c_str());  // what a killed process of this number left
    ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  }
  void TearDown() override { unlink(path_.c_str()); }
};

TEST_F(PosixProcessTest, GivesOutputAndExitCode) {
  const auto result = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
  EXPECT_EQ(result->exit_code, 3);
}

TEST_F(PosixProcessTest, TellsWhichSignalEndedIt) {
  const auto result = run(shell("kill -SEGV $$"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->exit_code, 128 + SIGSEGV);
}

TEST_F(PosixProcessTest, SaysWhatCannotBeStarted) {
  ProcessRequest request;
  request.argv = {"/nowhere/program"};
  const auto result = run(request);
  EXPECT_EQ(result.error().status, Status::kBadConfig);
  EXPECT_THAT(result.error().message, HasSubstr("/nowhere/program"));
}

TEST_F(PosixProcessTest, LetsAProgramReadNothing) {
  const auto result = run(shell("cat; echo end"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "end\n");
}

TEST_F(PosixProcessTest, GivesAProgramASessionOfItsOwnAndSoNoTerminal) {
  const auto result =
      run(shell("echo $$; cut -d' ' -f5 /proc/$$/stat; cut -d' ' -f6 /proc/$$/stat"));
  ASSERT_TRUE(result);
  const std::string pid = result->out.substr(0, result->out.find('\n') + 1);
  EXPECT_EQ(result->out, pid + pid + pid);
}

TEST_F(PosixProcessTest, LeavesOneThatMayAskInTheCallersGroupAndEndsItAlone) {
  Call asking = call();
  asking.may_prompt = true;
  const auto result = process_.run(shell("cut -d' ' -f5 /proc/$$/stat"), asking);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, std::to_string(getpgrp()) + "\n");

  std::thread canceller([this] {
    await_line(path_);
    stop_.request_stop();
  });
  const auto cancelled = process_.run(shell("echo $$ > " + path_ + "; exec sleep 100"), asking);
  canceller.join();
  EXPECT_EQ(cancelled.error().status, Status::kCancelled);
  EXPECT_TRUE(is_gone(line_of(path_)));  // and we, who are of its group, are here
}

TEST_F(PosixProcessTest, ShowsWhatAProgramSaysOnceItTakesItsTime) {
  ProcessRequest request =
      shell("echo the code, please >&2; until [ -e " + path_ + " ]; do sleep 0.05; done");
  std::string heard;
  request.hear = [&](std::string_view words) {
    heard += words;
    close(open(path_.c_str(), O_CREAT | O_WRONLY, 0600));
  };
  const auto result = run(request);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(heard, "the code, please\n");
}

TEST_F(PosixProcessTest, TellsWhatOneThatWasTooSlowSaid) {
  ProcessRequest request = shell("echo still waiting >&2; echo $$ > " + path_ + "; exec sleep 100");
  request.timeout = Milliseconds{50};
  const FastOnceWritten clock(path_);
  EXPECT_THAT(PosixProcess(clock).run(request, call()).error().message,
              HasSubstr("did not end in time; it said: still waiting"));
}

TEST_F(PosixProcessTest, LetsAProgramInheritNoDescriptors) {
  const int ours = open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a host may have it
  const auto result = run(shell("ls /proc/self/fd | sort -n | tr '\\n' ' '"));
  close(ours);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "0 1 2 3 ");  // 3 is the folder that ls reads
}

TEST_F(PosixProcessTest, EndsTheWholeGroupWhenTheTimeIsUp) {
  ProcessRequest request = shell("sleep 100 & echo $! > " + path_ + "; wait");
  request.timeout = Milliseconds{50};
  const FastOnceWritten clock(path_);
  EXPECT_EQ(PosixProcess(clock).run(request, call()).error().status, Status::kTimeout);
  EXPECT_TRUE(was_killed(line_of(path_)));
}

TEST_F(PosixProcessTest, KillsWhatDoesNotHeedTheFirstSignal) {
  ProcessRequest request =
      shell("trap '' TERM; echo $$ > " + path_ + "; while :; do sleep 1; done");
  request.timeout = Milliseconds{50};
  const FastOnceWritten clock(path_);
  EXPECT_EQ(PosixProcess(clock).run(request, call()).error().status, Status::kTimeout);
  EXPECT_TRUE(is_gone(line_of(path_)));
}

TEST_F(PosixProcessTest, HeedsTheCallsDeadline) {
  const auto result = process_.run(shell("sleep 100"), call(Milliseconds{300}));
  EXPECT_EQ(result.error().status, Status::kTimeout);
}

TEST_F(PosixProcessTest, IsCancelledAtOnce) {
  std::thread canceller([this] {
    await_line(path_);
    stop_.request_stop();
  });
  const auto result = run(shell("echo $$ > " + path_ + "; exec sleep 100"));
  canceller.join();
  EXPECT_EQ(result.error().status, Status::kCancelled);
  EXPECT_TRUE(is_gone(line_of(path_)));
}

TEST_F(PosixProcessTest, DoesNotWaitForWhatAProgramLeavesRunning) {
  const Milliseconds start = clock_.uptime();
  const auto result = run(shell("sleep 15 & echo done"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->out, "done\n");
  EXPECT_LT((clock_.uptime() - start).count(), 12'000);
}

TEST_F(PosixProcessTest, RefusesEndlessOutput) {
  ProcessRequest request = shell("cat /dev/zero");
  request.stdout_limit = 1000;
  EXPECT_EQ(run(request).error().status, Status::kBadResponse);
}

TEST_F(PosixProcessTest, DropsWhatIsTooMuchOfItsComplaints) {
  ProcessRequest request = shell("head -c 100000 /dev/zero | tr '\\0' e >&2; echo out");
  request.stderr_limit = 100;
  const auto result = run(request);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->err, std::string(100, 'e'));
  EXPECT_EQ(result->out, "out\n");
}

TEST_F(PosixProcessTest, StartsNothingInAPrivilegedProgram) {
  const auto result = PosixProcess(clock_, true).run(shell("echo $$ > " + path_), call());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().status, Status::kUnsupported);
  EXPECT_EQ(line_of(path_), "");
}

// Runs `body` as nobody; its exit status, 0 where all went well.
int as_nobody(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    const bool changed = setgroups(0, nullptr) == 0 && setgid(kNobody) == 0 && setuid(kNobody) == 0;
    _exit(changed && body() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

TEST_F(PosixProcessTest, DoesNotWaitForAProgramThatMayNotBeEnded) {
  if (geteuid() != 0) return;  // a program of root's takes root;
  std::string folder = testing::TempDir() + "pgiam_setuid_XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string program = folder + "/setpriv";
  std::filesystem::copy_file("/usr/bin/setpriv", program);
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  const int status = as_nobody([&] {
    ProcessRequest request;  // it becomes root's altogether
    request.argv = {program, "--reuid", "0", "sh", "-c", "echo $$ > " + path_ + "; exec sleep 2"};
    request.timeout = Milliseconds{50};
    const FastOnceWritten clock(path_);
    const auto result = PosixProcess(clock).run(request, call());
    if (result || result.error().status != Status::kTimeout) return false;
    if (result.error().message.find("may not be ended") == std::string::npos) return false;
    if (kill(std::stoi(line_of(path_)), 0) == 0 || errno != EPERM) return false;  // runs on
    // It ends by itself, and is no zombie for ever.
    for (int i = 0; i < 3000; ++i) {
      siginfo_t info{};
      if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) return errno == ECHILD;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  });
  std::filesystem::remove_all(folder);
  EXPECT_EQ(status, 0);
}

TEST_F(PosixProcessTest, WhatRanOverItsTimeIsReaped) {
  const pid_t child = fork();
  if (child == 0) {
    process_.run(shell("trap '' TERM; while :; do sleep 1; done"), call(Milliseconds{50}));
    for (int i = 0; i < 3000; ++i) {
      siginfo_t info{};
      if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0) _exit(0);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    _exit(1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace pgiam
