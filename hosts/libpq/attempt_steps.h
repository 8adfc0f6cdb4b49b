// Between libpq and the library's attempt: how a connect went.
#pragma once

#include "connect.h"
#include "connection_state.h"

namespace pgiam::libpq {

// After a connect has ended: reports it, and makes PQerrorMessage explain a failure, or that there
// was no plugin. True: the library wants one more, with what it has made of it. Where the program
// does not wait, no pause comes before that.
bool report(const host::RealLibpq& libpq, const PGconn* conn, ConnectionState& state, Wait wait);

}  // namespace pgiam::libpq
