#include "adapters/system_clock.h"

#include <time.h>

namespace pgiam {
namespace {

Milliseconds read(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return Milliseconds{now.tv_sec * 1000LL + now.tv_nsec / 1'000'000};
}

}  // namespace

// Whole seconds are signed, so the kernel's last tick is near enough, and read in a seventh of the
// time.
Time SystemClock::now() const {
#ifdef CLOCK_REALTIME_COARSE
  return Time{read(CLOCK_REALTIME_COARSE)};
#else
  return Time{read(CLOCK_REALTIME)};
#endif
}

Milliseconds SystemClock::uptime() const {
#ifdef CLOCK_BOOTTIME
  return read(CLOCK_BOOTTIME);
#else
  return read(CLOCK_MONOTONIC);
#endif
}

}  // namespace pgiam
