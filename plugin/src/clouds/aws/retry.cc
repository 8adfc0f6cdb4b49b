#include "clouds/aws/retry.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/state_lock.h"
#include "base/text.h"

namespace pgiam::aws {
namespace {

constexpr int kDefaultAttempts = 3;

constexpr std::string_view kModes[] = {"standard", "adaptive", "legacy"};

constexpr std::string_view kThrottlingCodes[] = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "TooManyRequestsError",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
};
constexpr std::string_view kTransientCodes[] = {"RequestTimeout", "RequestTimeoutException"};

template <std::size_t N>
bool contains(const std::string_view (&words)[N], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

int cost_of(Failure failure) { return failure == Failure::kThrottled ? 5 : 14; }

constexpr const char* kRetryMode = "AWS_RETRY_MODE";
constexpr const char* kMaxAttempts = "AWS_MAX_ATTEMPTS";
constexpr const char* kVariables[] = {kRetryMode, kMaxAttempts};

}  // namespace

constinit const std::span<const char* const> kRetryVariables = kVariables;

Result<int> read_max_attempts(const Environment& environment, const Section* profile) {
  const auto setting = [&](const char* variable, std::string_view key) {
    if (const auto value = environment.get_nonblank(variable)) return std::string(trim(*value));
    return std::string(profile == nullptr ? "" : property(*profile, key));
  };
  const std::string mode = to_lower(setting(kRetryMode, "retry_mode"));
  if (!mode.empty() && !contains(kModes, mode))
    return make_error(Status::kBadConfig, "\"" + mode + "\" is not a retry mode",
                      "set AWS_RETRY_MODE or retry_mode to standard");
  const std::string attempts = setting(kMaxAttempts, "max_attempts");
  if (attempts.empty()) return kDefaultAttempts;
  const auto number = parse_integer(attempts);
  if (!number || *number < 1)
    return make_error(Status::kBadConfig, "\"" + attempts + "\" is not a number of attempts",
                      "set AWS_MAX_ATTEMPTS or max_attempts to 1 or more");
  return static_cast<int>(std::min(*number, 100LL));
}

Failure classify(int status, std::string_view code) {
  if (status >= 200 && status < 300) return Failure::kNone;
  if (contains(kThrottlingCodes, code) || status == 429) return Failure::kThrottled;
  const bool transient = status == 500 || (status >= 502 && status <= 504);
  return transient || contains(kTransientCodes, code) ? Failure::kTransient : Failure::kFinal;
}

Milliseconds backoff(Failure failure, int retry, double random,
                     std::optional<Milliseconds> retry_after) {
  constexpr double kLongest = 20'000;
  const double base = failure == Failure::kThrottled ? 1000 : 50;
  const auto pause = Milliseconds{
      std::llround(random * std::min(base * std::pow(2, std::min(retry, 32) - 1), kLongest))};
  if (!retry_after) return pause;
  return std::clamp(*retry_after, pause, pause + Milliseconds{5000});
}

bool RetryBudget::take(Failure failure) {
  const StateLock lock;
  if (tokens_ < cost_of(failure)) return false;
  tokens_ -= cost_of(failure);
  return true;
}

void RetryBudget::give_back(Failure failure) {
  const StateLock lock;
  tokens_ = std::min(kFull, tokens_ + (failure == Failure::kNone ? 1 : cost_of(failure)));
}

}  // namespace pgiam::aws
