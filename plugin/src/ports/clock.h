// What time it is: the wall for signatures and expiry, the stopwatch for pauses and limits.
#pragma once

#include "base/time.h"

namespace pgiam {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  // Since some fixed moment; never jumps and goes on during suspend (CLOCK_BOOTTIME).
  virtual Milliseconds uptime() const = 0;
};

}  // namespace pgiam
