// Between libpq and the library's attempt: how a connect went.
#pragma once

#include "connection_state.h"

namespace pgiam::libpq {

// After a connect has ended: reports it, and makes PQerrorMessage explain a failure, or that there
// was no plugin. True: the library wants one more, with what it has made of it.
bool report(const host::RealLibpq& libpq, const PGconn* conn, ConnectionState& state);

}  // namespace pgiam::libpq
