// Rejects connections that are plainly not ours, without asking libpq. Most are settled here:
// asking libpq itself (probe.h) costs as much as libpq's own work on a connection's parameters.
#pragma once

#include "parameters.h"

namespace pgiam::libpq {

// True: a password was given that is no token, or the server is local and no rule could say
// otherwise. False: that takes a closer look.
bool quick_reject(const host::Parameters& given);

}  // namespace pgiam::libpq
