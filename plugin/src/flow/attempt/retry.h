// Whether a login that failed is tried again, and after what pause. How often is said beside it: once
// for each host (connection_attempt.cc).
#pragma once

#include <optional>

#include "flow/attempt/connection_attempt.h"
#include "flow/flow.h"

namespace pgiam {

// The pause before the same host is tried once more; nothing: it is not.
// `advice`: flow's, of the password that was sent. `chance`: in [0, 1).
std::optional<Milliseconds> pause_before_retry(const Error& failure, bool was_refused,
                                               Advice advice,
                                               const ConnectionAttempt::Host& sent, Time now,
                                               double chance);

}  // namespace pgiam
