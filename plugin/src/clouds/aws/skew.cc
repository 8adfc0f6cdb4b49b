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

}  // namespace pgiam::aws
