// Tells at a glance that a connection is not ours, where that is plain. Most are settled here:
// asking libpq itself (probe.h) costs as much as libpq's own work on a connection's parameters.
#pragma once

#include "parameters.h"

namespace pgiam::libpq {

// True: a password was given that is no token, or the server is local and no rule could say
// otherwise. False: that takes a closer look.
bool is_plainly_not_ours(const Parameters& given);

}  // namespace pgiam::libpq
