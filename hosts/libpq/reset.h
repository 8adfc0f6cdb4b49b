// Connections that are made anew or are still on their way: libpq replays the password that it has,
// so a fresh token is put in its place.
#pragma once

#include "connection_state.h"

namespace pgiam::libpq {

// Each does what the libpq function of its name does.
void reset(const host::RealLibpq& libpq, PGconn* conn, ConnectionState& state);
int reset_start(const host::RealLibpq& libpq, PGconn* conn, ConnectionState& state);

// PQconnectPoll or PQresetPoll, and before it the token for the host that libpq has come to.
// libpq's blocking functions poll too (is_internal), so this serves their lists of hosts as well.
PostgresPollingStatusType poll(const host::RealLibpq& libpq, PGconn* conn, ConnectionState& state,
                               decltype(&::PQconnectPoll) real_poll, bool is_internal);

}  // namespace pgiam::libpq
