#include "base/load_lock.h"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <new>
#include <thread>
#include <type_traits>

namespace pgiam {
namespace {

constinit std::mutex mutex;
#ifdef __GLIBC__  // musl's pthread_mutex_destroy() does nothing, which LLVM's runtime does not rely on
static_assert(std::is_trivially_destructible_v<std::mutex>);
#endif
std::atomic<int> forks{0};  // under way, with the mutex or on their way to it

thread_local bool loads = false;     // a constructor may fork
thread_local bool has_lock = false;  // this thread's fork()

// By turns of sleep, not by a timed mutex: ThreadSanitizer of gcc 12 does not know the call behind
// that one.
template <typename Condition>
bool wait_until(Condition holds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(1);
  while (!holds()) {
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return true;
}

void before_fork() {
  ++forks;
  has_lock = !loads && wait_until([] { return mutex.try_lock(); });
}

void after_fork_in_parent() {
  if (has_lock) mutex.unlock();
  --forks;
}

void after_fork_in_child() {
  if (has_lock) mutex.unlock();
  if (!has_lock && !loads) new (&mutex) std::mutex;  // of a thread that is not here
  forks = 0;
}

[[gnu::constructor]] void watch_forks() {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

}  // namespace

LoadLock::LoadLock() {
  mutex.lock();
  loads = true;
}

LoadLock::~LoadLock() {
  loads = false;
  mutex.unlock();
  wait_until([] { return forks == 0; });
}

}  // namespace pgiam
