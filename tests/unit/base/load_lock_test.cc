#include "base/load_lock.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

namespace pgiam {
namespace {

bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/syscall");
  long number = -1;
  file >> number;
  return number == SYS_clock_nanosleep;
}

int status_of_child(bool (*body)()) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(body() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

std::atomic<bool> loaded;

TEST(LoadLock, ForkWaitsUntilAnotherThreadHasLoaded) {
  std::atomic<bool> loading = false, forked = false;
  loaded = false;
  std::thread thread([&, forking = gettid()] {
    const LoadLock lock;
    loading = true;
    while (!forked && !sleeps(forking)) std::this_thread::yield();
    loaded = true;
  });
  while (!loading) std::this_thread::yield();
  EXPECT_EQ(status_of_child([] { return loaded.load(); }), 0);
  forked = true;
  thread.join();
}

TEST(LoadLock, IsFreeInTheChild) {
  EXPECT_EQ(status_of_child([] {
              const LoadLock lock;
              return true;
            }),
            0);
  const LoadLock lock;  // and in the parent
}

TEST(LoadLock, WhoLoadsMayFork) {
  std::optional<LoadLock> lock(std::in_place);
  EXPECT_EQ(status_of_child([] { return true; }), 0);
  lock.reset();
  const LoadLock again;
}

TEST(LoadLock, ForkGoesOnWhereLoadingWaitsForIt) {
  std::atomic<bool> loading = false, forked = false;
  std::thread thread([&] {
    const LoadLock lock;
    loading = true;
    while (!forked) std::this_thread::yield();
  });
  while (!loading) std::this_thread::yield();
  EXPECT_EQ(status_of_child([] {
              const LoadLock lock;
              return true;
            }),
            0);
  forked = true;
  thread.join();
}

}  // namespace
}  // namespace pgiam
