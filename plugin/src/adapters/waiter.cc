#include "adapters/waiter.h"

#include <algorithm>
#include <array>

namespace pgiam {
namespace {

// Where no descriptor was left to be woken through.
constexpr Milliseconds kLookAgain{20};
// As long as poll() takes, and more than anybody waits.
constexpr Milliseconds kLongest{1 << 30};

}  // namespace

Waiter::Waiter(const Clock& clock, const Call& call)
    : clock_(clock),
      call_(call),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      on_stop_(call.stop, Wake{wake_.get()}) {}

Waiter::End Waiter::wait(std::span<pollfd> events, Milliseconds pause) {
  std::array<pollfd, kMostEvents + 1> polled{};
  std::copy(events.begin(), events.end(), polled.begin());
  polled[events.size()] = {wake_.get(), POLLIN, 0};
  const Milliseconds start = clock_.uptime();
  for (;;) {
    if (call_.stop.stop_requested()) return End::kCancelled;
    const Milliseconds now = clock_.uptime();
    if (now >= call_.deadline) return End::kTimeout;
    if (now - start >= pause) return End::kPaused;
    Milliseconds left = std::min({call_.deadline - now, pause - (now - start), kLongest});
    if (!wake_.is_open()) left = std::min(left, kLookAgain);
    const int ready = poll(polled.data(), events.size() + 1, static_cast<int>(left.count()));
    std::copy_n(polled.begin(), events.size(), events.begin());
    if (call_.stop.stop_requested()) return End::kCancelled;
    if (ready > 0) return End::kReady;
  }
}

}  // namespace pgiam
