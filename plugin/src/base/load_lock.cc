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

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{1};

constinit std::timed_mutex mutex;
static_assert(std::is_trivially_destructible_v<std::timed_mutex>);
std::atomic<int> forks{0};  // under way, with the mutex or on their way to it

thread_local bool loads = false;     // a constructor may fork
thread_local bool has_lock = false;  // this thread's fork()

void before_fork() {
  ++forks;
  has_lock = !loads && mutex.try_lock_for(kPatience);
}

void after_fork_in_parent() {
  if (has_lock) mutex.unlock();
  --forks;
}

void after_fork_in_child() {
  new (&mutex) std::timed_mutex;
  forks = 0;
  if (loads) mutex.lock();
}

[[gnu::constructor]] void watch_forks() {
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

void wait_for_forks() {
  const auto end = Clock::now() + kPatience;
  while (forks > 0 && Clock::now() < end) {
    if (mutex.try_lock_until(end)) mutex.unlock();
    std::this_thread::yield();
  }
}

}  // namespace

LoadLock::LoadLock() {
  mutex.lock();
  loads = true;
}

LoadLock::~LoadLock() {
  loads = false;
  mutex.unlock();
  wait_for_forks();
}

}  // namespace pgiam
