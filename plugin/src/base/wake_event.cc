#include "base/wake_event.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace pgiam {

void WakeEvent::set() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_set_, true)) return;
  changed_.notify_all();
  if (descriptor_.is_open()) make_readable();
}

// Cannot fail: nothing is in it, and it does not block.
void WakeEvent::make_readable() {
  const std::uint64_t one = 1;
  if (other_end_.is_open())
    static_cast<void>(send(other_end_.get(), &one, sizeof one, MSG_NOSIGNAL));
  else if (write(descriptor_.get(), &one, sizeof one) < 0)
    return;
}

bool WakeEvent::open() {
  if (kind_ == Kind::kAny) {
    descriptor_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  } else {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return false;
    descriptor_ = Descriptor(ends[0]);
    other_end_ = Descriptor(ends[1]);
  }
  return descriptor_.is_open();
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
    if (!open())
      return make_error(Status::kInternal,
                        std::string("no descriptor to wait on: ") + std::strerror(errno),
                        errno == EMFILE ? "this process has as many open files as it may have"
                                        : "");
    if (is_set_) make_readable();
  }
  return descriptor_.get();
}

}  // namespace pgiam
