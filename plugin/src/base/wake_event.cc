#include "base/wake_event.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace pgiam {

void WakeEvent::set() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_set_, true)) return;
  changed_.notify_all();
  if (!descriptor_.is_open()) return;
  const std::uint64_t one = 1;
  // Cannot fail: the counter is 0, and the descriptor does not block.
  if (write(descriptor_.get(), &one, sizeof one) < 0) return;
}

void WakeEvent::clear() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_set_, false) || !descriptor_.is_open()) return;
  std::uint64_t count = 0;
  if (read(descriptor_.get(), &count, sizeof count) < 0) return;
}

void WakeEvent::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_set_; });
}

bool WakeEvent::wait_until(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, end, [this] { return is_set_; });
}

Result<int> WakeEvent::descriptor() {
  const std::lock_guard lock(mutex_);
  if (!descriptor_.is_open()) {
    descriptor_ = Descriptor(eventfd(is_set_ ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!descriptor_.is_open())
      return make_error(Status::kInternal,
                        std::string("no descriptor to wait on: ") + std::strerror(errno),
                        errno == EMFILE ? "this process has as many open files as it may have"
                                        : "");
  }
  return descriptor_.get();
}

}  // namespace pgiam
