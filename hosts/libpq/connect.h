// A new connection: find out what libpq would do, get tokens for the hosts that are ours, and have
// libpq send them.
#pragma once

#include <optional>

#include "parameters.h"
#include "real_libpq.h"

namespace pgiam::libpq {

enum class Wait { kNo, kYes };

// nullopt: the connection is not ours; the call that the program made is to be made. With Wait::kNo
// the token may be fetched while libpq connects; finding out what the connection is blocks, as libpq
// itself does while it looks up names.
std::optional<PGconn*> connect(const host::RealLibpq& libpq, const host::Parameters& given,
                               Wait wait);

}  // namespace pgiam::libpq
