// Asks the plugin for the token of one host, and tells it how the attempt went.
#pragma once

#include "connection_state.h"

namespace pgiam::libpq {

// A Reply that does not apply: the host is not ours. `password`: what libpq would send by itself.
Result<Reply> ask_for_token(Context& context, const host::ResolvedParams& params,
                            const host::ResolvedHost& entry, const char* password);

// Whether the host's token is good for the attempt under way.
bool is_up_to_date(const ConnectionState& state, const HostAttempt& attempt);

// After an attempt has ended: tells the plugin, and makes PQerrorMessage explain a refusal, or that
// there was no plugin.
// True: the token was an old one; a second attempt with a new one is worth it.
bool report(Context* context, const host::RealLibpq& libpq, const PGconn* conn,
            ConnectionState& state);

}  // namespace pgiam::libpq
