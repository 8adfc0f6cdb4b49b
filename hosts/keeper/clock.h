// Time as the keeper needs it. Tests put another one in its place.
#pragma once

#include <chrono>

namespace pgiam::keeper {

using Milliseconds = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Milliseconds now() const = 0;     // since 1970, as the machine's clock is set
  virtual Milliseconds uptime() const = 0;  // never set, and goes on while the machine sleeps
  // Returns when that time is over, or before; false: the keeper is asked to end.
  virtual bool wait(Milliseconds limit) = 0;
};

// SIGTERM and SIGINT ask the keeper to end. One per process.
class SystemClock : public Clock {
 public:
  SystemClock();
  SystemClock(const SystemClock&) = delete;
  SystemClock& operator=(const SystemClock&) = delete;
  Milliseconds now() const override;
  Milliseconds uptime() const override;
  bool wait(Milliseconds limit) override;
};

}  // namespace pgiam::keeper
