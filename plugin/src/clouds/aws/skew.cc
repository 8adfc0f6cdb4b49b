#include "clouds/aws/skew.h"

namespace pgiam::aws {
namespace {

// The Date header counts whole seconds, and an answer takes a moment.
constexpr Milliseconds kTolerated{60'000};

}  // namespace

void Skew::learn(std::string_view date, Time now) {
  const auto server = parse_http_date(date);
  if (server) milliseconds_.store((*server - now).count(), std::memory_order_relaxed);
}

bool Skew::matters() const { return value() > kTolerated || value() < -kTolerated; }

std::optional<Error> Skew::warning() const {
  if (!matters()) return std::nullopt;
  const auto seconds = std::chrono::duration_cast<Seconds>(value()).count();
  return make_finding("clock_skew",
                      "this machine's clock is " + std::to_string(seconds < 0 ? -seconds : seconds) +
                          " seconds " + (seconds < 0 ? "ahead of" : "behind") +
                          " AWS's; signatures are made with AWS's time");
}

}  // namespace pgiam::aws
