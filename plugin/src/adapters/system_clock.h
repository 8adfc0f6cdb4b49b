// The machine's clocks.
#pragma once

#include "ports/clock.h"

namespace pgiam {

class SystemClock : public Clock {
 public:
  Time now() const override;
  Milliseconds uptime() const override;
};

}  // namespace pgiam
