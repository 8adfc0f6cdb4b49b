// When a request to AWS is sent again, and after what pause: the SDKs' standard mode of 2026.
// docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "clouds/aws/shared_files.h"
#include "ports/environment.h"

namespace pgiam::aws {

// What read_max_attempts reads.
extern const std::span<const char* const> kRetryVariables;

// AWS_MAX_ATTEMPTS and AWS_RETRY_MODE, else the profile's max_attempts and retry_mode, else 3. All
// modes are the standard one; a word that is none is kBadConfig.
Result<int> read_max_attempts(const Environment& environment, const Section* profile);

enum class Failure { kNone, kFinal, kTransient, kThrottled };

// What an answer means; `code` is the service's word for it, "" where it gives none.
Failure classify(int status, std::string_view code);

// Before retry number `retry` (1, 2, …). `random` is in [0, 1). `retry_after` is what the service
// asks for in x-amz-retry-after.
Milliseconds backoff(Failure failure, int retry, double random,
                     std::optional<Milliseconds> retry_after);

// Retries are paid for, and successes give back: while a service fails, a process that talks to it
// a lot soon stops retrying. Any thread.
class RetryBudget {
 public:
  // False: not now.
  bool take(Failure failure);
  // A request succeeded, and its last retry was for `failure` (kNone: it needed none).
  void give_back(Failure failure);

 private:
  static constexpr int kFull = 500;
  int tokens_ = kFull;  // under the state lock
};

}  // namespace pgiam::aws
