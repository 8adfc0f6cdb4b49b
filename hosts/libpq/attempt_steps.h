// Between libpq and the library's attempt: how a connect went.
#pragma once

#include "connect.h"
#include "connection_state.h"

namespace pgiam::libpq {

// Sees to it that the attempt has the password that this host is to be sent now. PGIAM_E_WOULD_BLOCK
// where the program can wait for it: on state.wait_descriptor, which is -1 otherwise.
Error refresh(ConnectionState& state, std::size_t host, Wait wait);

// After a connect has ended: reports it, and makes PQerrorMessage explain a failure, or that there
// was no plugin. True: the library wants one more, with what it has made of it. Where the program
// does not wait, no pause comes before that.
bool report(const host::RealLibpq& libpq, const PGconn* conn, ConnectionState& state, Wait wait);

}  // namespace pgiam::libpq
