// Waiting for descriptors no longer than a call lasts.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <span>
#include <stop_token>

#include "base/call.h"
#include "base/descriptor.h"
#include "ports/clock.h"

namespace pgiam {

// Of one thread. Costs a descriptor, so it is made where there is something to wait for.
class Waiter {
 public:
  enum class End { kReady, kPaused, kTimeout, kCancelled };

  // `clock` is the one that the call's deadline is measured on.
  Waiter(const Clock& clock, const Call& call);

  // Until one of `events` is ready, `pause` is over, or the call is; with poll's results in
  // `events`, of which there may be none. At most kMostEvents.
  End wait(std::span<pollfd> events, Milliseconds pause = Milliseconds::max());
  static constexpr std::size_t kMostEvents = 7;

 private:
  struct Wake {
    int fd;
    void operator()() const noexcept { eventfd_write(fd, 1); }
  };

  const Clock& clock_;
  const Call& call_;
  const Descriptor wake_;  // readable once the call is cancelled
  const std::stop_callback<Wake> on_stop_;
};

}  // namespace pgiam
