// When credentials are fetched anew: ahead of their end, and how soon again after a failure. Pure;
// `unit`, in [0, 1), spreads processes that began together.
#pragma once

#include <algorithm>

#include "base/error.h"
#include "base/time.h"

namespace pgiam {

struct RenewalTimes {
  Time ahead;   // from here on in the background, while everybody goes on with the old ones
  Time urgent;  // from here on a caller fetches, since a token made now would die at once
};

// The windows that the AWS SDKs agreed on in 2026; never more than half of what was left when the
// credentials came, so that a source that gives short-lived ones is not asked all the time.
inline RenewalTimes renewal_times(Time came, Time expires, double unit) {
  using std::chrono::duration_cast, std::chrono::minutes;
  const Milliseconds life = std::max(expires - came, Milliseconds{0});
  const Milliseconds usual = life <= minutes{20} ? minutes{5}
                             : life < minutes{90} ? minutes{15}
                                                  : minutes{60};
  const Milliseconds window = std::min(usual, life / 2);
  const auto spread = duration_cast<Milliseconds>(window * (unit / 10));
  return {expires - window + spread, expires - std::min<Milliseconds>(Seconds{60}, window / 2)};
}

// While the old ones live nothing is lost by waiting, as long as there is time for another try.
inline Milliseconds pause_while_alive(Milliseconds life_left, double unit) {
  const auto usual = std::chrono::duration_cast<Milliseconds>(Seconds{300} * (1 + unit));
  return std::max<Milliseconds>(std::min(usual, life_left / 4), Seconds{1});
}

// Once they are dead every connection fails, so it is tried again soon: 1, 2, 4 … 30 seconds after
// the first, second … failure of a service, and a second after one that a person can mend.
inline Milliseconds pause_when_dead(int failures, Status why, double unit) {
  const bool of_service = why >= Status::kNetwork;
  const int doublings = of_service ? std::clamp(failures - 1, 0, 5) : 0;
  const auto spread = std::chrono::duration_cast<Milliseconds>(Seconds{1 << doublings} * (1 + unit / 4));
  return std::min<Milliseconds>(spread, Seconds{30});
}

}  // namespace pgiam
