#include "attempt_steps.h"

#include <poll.h>

#include "plugin.h"

namespace pgiam::libpq {

using host::RealLibpq;

// A password was asked for, and there was none.
static void blame_missing_plugin(const RealLibpq& libpq, const PGconn* conn,
                                 ConnectionState& state) {
  if (state.why_no_plugin.empty()) return;
  if (libpq.PQconnectionNeedsPassword && !libpq.PQconnectionNeedsPassword(conn)) return;
  const char* message = libpq.PQerrorMessage(conn);
  state.replace_message(message, message + ("pgiam: " + state.why_no_plugin));
}

static std::uint32_t flags_of(const RealLibpq& libpq, const PGconn* conn) {
  if (!libpq.PQconnectionUsedPassword) return 0;
  return libpq.PQconnectionUsedPassword(conn) ? PGIAM_OUTCOME_PASSWORD_SENT
                                              : PGIAM_OUTCOME_PASSWORD_NOT_SENT;
}

Error refresh(ConnectionState& state, std::size_t host, Wait wait) {
  for (;;) {
    state.wait_descriptor = -1;
    Error error = state.attempt->refresh(host);
    if (error.status() != PGIAM_E_WOULD_BLOCK) return error;
    Result<pgiam_step> step = state.attempt->next();
    if (!step) return step.error();
    const int descriptor = static_cast<int>(step->descriptor);
    if (wait == Wait::kNo) return state.wait_descriptor = descriptor, std::move(error);
    pollfd event = {descriptor, POLLIN, 0};
    poll(&event, 1, -1);
  }
}

bool report(const RealLibpq& libpq, const PGconn* conn, ConnectionState& state, Wait wait) {
  if (!state.attempt) return blame_missing_plugin(libpq, conn, state), false;
  const bool is_connected = libpq.PQstatus(conn) == CONNECTION_OK;
  const std::string message = is_connected ? "" : libpq.PQerrorMessage(conn);
  if (state.replaces_message(message.c_str())) return false;  // there was no password to be refused

  const HostAttempt* at = state.current(libpq, conn);
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = is_connected ? PGIAM_OUTCOME_CONNECTED : PGIAM_OUTCOME_OTHER;
  outcome.flags = flags_of(libpq, conn) | (wait == Wait::kNo ? PGIAM_OUTCOME_NO_PAUSE : 0);
  outcome.host = at ? static_cast<std::uint32_t>(at->index + 1) : 0;
  outcome.message = message.c_str();
  if (state.attempt->report(outcome) != PGIAM_OK || is_connected) return false;

  Result<pgiam_step> next = state.attempt->next();
  if (next) return next->kind == PGIAM_STEP_CONNECT;
  state.replace_message(message.c_str(), host::with_explanation(message, next.error()));
  return false;
}

}  // namespace pgiam::libpq
