// How far this machine's clock is from AWS's, learnt from the Date of answers that came over
// verified TLS. A signature with a wrong time is refused.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace pgiam::aws {

// Any thread.
class Skew {
 public:
  // `date` is the Date header of an answer that came at `now`. Anything unreadable is passed over.
  void learn(std::string_view date, Time now);

  // Positive when this clock is behind. Zero before anything was learnt.
  Milliseconds value() const { return Milliseconds{milliseconds_.load(std::memory_order_relaxed)}; }

  // Whether the clocks are more than a minute apart.
  bool matters() const;

  // For the person whose clock it is, where that matters.
  std::optional<Error> warning() const;

  // The time to sign with: AWS's own where that matters.
  Time correct(Time now) const { return matters() ? now + value() : now; }

 private:
  std::atomic<std::int64_t> milliseconds_{0};
};

}  // namespace pgiam::aws
