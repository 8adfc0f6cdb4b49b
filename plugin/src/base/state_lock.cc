#include "base/state_lock.h"

#include <pthread.h>

#include <atomic>

namespace pgiam {
namespace {

// Never destroyed: threads may still come by while the process exits.
std::mutex& state_mutex() {
  static std::mutex* const mutex = new std::mutex;
  return *mutex;
}

std::atomic<std::uint64_t> forks{0};

void watch_forks() {
  static const int watched =
      pthread_atfork([] { state_mutex().lock(); }, [] { state_mutex().unlock(); },
                     [] {
                       state_mutex().unlock();
                       forks.fetch_add(1, std::memory_order_relaxed);
                     });
  static_cast<void>(watched);
}

}  // namespace

StateLock::StateLock() {
  watch_forks();
  lock_ = std::unique_lock(state_mutex());
}

std::uint64_t fork_count() { return forks.load(std::memory_order_relaxed); }

}  // namespace pgiam
