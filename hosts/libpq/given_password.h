// A password that the user gave keeps the token away. Where an endpoint refuses it, that is said.
#pragma once

#include "real_libpq.h"

namespace pgiam::libpq {

// PQerrorMessage of a connection that is none of ours: libpq's own words, with the explanation behind
// them where the plugin has one. Asks the plugin only after a password was sent and the connection
// has failed, and once for each such failure.
char* message_about_given_password(const host::RealLibpq& libpq, PGconn* conn);

}  // namespace pgiam::libpq
