#include "base/state_lock.h"

#include <pthread.h>

#include <atomic>
#include <type_traits>
#include <utility>

namespace pgiam {
namespace {

// Needs neither construction nor destruction: threads come by at any time, also while the process
// exits.
constinit std::mutex state_mutex;
#ifdef __GLIBC__  // musl's pthread_mutex_destroy() does nothing, which LLVM's runtime does not rely on
static_assert(std::is_trivially_destructible_v<std::mutex>);
#endif

std::atomic<std::uint64_t> forks{0};

// When the library is loaded, since doing it later would itself race with fork().
[[gnu::constructor]] void watch_forks() {
  pthread_atfork([] { state_mutex.lock(); }, [] { state_mutex.unlock(); },
                 [] {
                   state_mutex.unlock();
                   forks.fetch_add(1, std::memory_order_relaxed);
                 });
}

}  // namespace

StateLock::StateLock() : lock_(state_mutex) {}

std::uint64_t fork_count() { return forks.load(std::memory_order_relaxed); }


void keep_for_ever(std::shared_ptr<void> object) {
  struct Kept {
    std::shared_ptr<void> object;
    Kept* next;
  };
  static constinit std::atomic<Kept*> kept{nullptr};  // leak checkers find them here
  auto* const added = new Kept{std::move(object), kept.load()};
  while (!kept.compare_exchange_weak(added->next, added)) {
  }
}

}  // namespace pgiam
