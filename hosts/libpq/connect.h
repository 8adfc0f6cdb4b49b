// A new connection: find out what libpq would do, get tokens for the hosts that are ours, hand them
// to libpq in a password file.
#pragma once

#include <functional>

#include "parameters.h"
#include "real_libpq.h"

namespace pgiam::libpq {

enum class Wait { kNo, kYes };

// `as_if_absent` makes the call that the program made, for connections that are not ours. Getting
// the token blocks even with Wait::kNo, as libpq itself does while it looks up names.
PGconn* connect(const RealLibpq& libpq, const Parameters& given, Wait wait,
                const std::function<PGconn*()>& as_if_absent);

}  // namespace pgiam::libpq
