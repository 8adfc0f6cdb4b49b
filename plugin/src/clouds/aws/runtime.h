// What all requests to AWS of a process share and learn: the budget for retries, the clock's skew,
// what is known of the instance metadata service. And how they wait, for tests to say otherwise.
#pragma once

#include <atomic>
#include <functional>
#include <stop_token>

#include "base/random.h"
#include "base/time.h"
#include "clouds/aws/imds_memory.h"
#include "clouds/aws/retry.h"
#include "clouds/aws/skew.h"

namespace pgiam::aws {

// Any thread.
struct Runtime {
  RetryBudget retries;
  Skew skew;
  ImdsMemory imds;                   // under the state lock
  std::atomic<unsigned> prompts{0};  // asked so far: their ids

  // Waits; false as soon as a stop is requested.
  std::function<bool(Milliseconds, const std::stop_token&)> pause = wait_for;
  // In [0, 1).
  std::function<double()> random = random_unit;

  // The one of this process. It outlives all contexts.
  static Runtime& of_process();

  static bool wait_for(Milliseconds duration, const std::stop_token& stop);
};

}  // namespace pgiam::aws
