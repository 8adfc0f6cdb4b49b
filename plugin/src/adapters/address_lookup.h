// The system's own look-up of addresses, no longer than a call lasts.
#pragma once

#include <string>
#include <vector>

#include "base/call.h"
#include "base/result.h"
#include "ports/clock.h"

namespace pgiam {

// What Resolver::addresses promises. getaddrinfo alone knows all that the system asks (files, DNS,
// mDNS, containers …), but nothing ends it; so it has a thread of its own, which outlives a call that
// gives it up.
Result<std::vector<std::string>> look_up_addresses(const std::string& host, const Clock& clock,
                                                   const Call& call);

}  // namespace pgiam
