#include "token.h"

#include <stdlib.h>
#include <time.h>

#include "plugin.h"

namespace pgiam::libpq {

using host::RealLibpq;
using host::ResolvedHost;
using host::ResolvedParams;

// A token that has less time left may die on its way.
static constexpr std::int64_t kMargin_ms = 60 * 1000;

static std::int64_t now_ms() { return static_cast<std::int64_t>(time(nullptr)) * 1000; }

Result<Reply> ask_for_token(Context& context, const ResolvedParams& params,
                            const ResolvedHost& entry, const char* password) {
  Request request(entry.host);
  request.port(static_cast<std::uint32_t>(atoi(entry.port.c_str())))
      .user(params.user)
      .database(params.database)
      .password(password)
      .sslmode(params.sslmode_chosen ? params.sslmode : "");
  return context.before_connect(request);
}

static bool lives_for(const HostAttempt& attempt, std::int64_t time_ms) {
  return attempt.token_expires_at_ms == 0 || attempt.token_expires_at_ms >= now_ms() + time_ms;
}

// Made before the reset under way, or dead since.
static bool is_outdated(const ConnectionState& state, const HostAttempt& attempt) {
  return (state.is_reset && !attempt.is_renewed) || !lives_for(attempt, 0);
}

bool is_up_to_date(const ConnectionState& state, const HostAttempt& attempt) {
  return attempt.token && !is_outdated(state, attempt) && lives_for(attempt, kMargin_ms);
}

// A password was asked for, and there was none.
static void blame_missing_plugin(const RealLibpq& libpq, const PGconn* conn,
                                 ConnectionState& state) {
  if (state.why_no_plugin.empty()) return;
  if (libpq.PQconnectionNeedsPassword && !libpq.PQconnectionNeedsPassword(conn)) return;
  const char* message = libpq.PQerrorMessage(conn);
  state.say(message, message + ("pgiam: " + state.why_no_plugin));
}

bool report(Context* context, const RealLibpq& libpq, const PGconn* conn, ConnectionState& state) {
  const HostAttempt* attempt = state.current(libpq, conn);
  if (!attempt || !attempt->token) return blame_missing_plugin(libpq, conn, state), false;
  if (libpq.PQstatus(conn) == CONNECTION_OK) {
    return context->after_connect(*attempt->token, PGIAM_OUTCOME_CONNECTED);
  }
  const std::string message = libpq.PQerrorMessage(conn);
  if (state.speaks_for(message.c_str())) return false;  // there was no token to be refused

  const int used_password =
      libpq.PQconnectionUsedPassword ? libpq.PQconnectionUsedPassword(conn) : host::kNotKnown;
  const Error explained =
      host::explain_failure(*context, *attempt->token, message, used_password, "");
  const bool refused = explained.status() == PGIAM_E_DENIED;
  state.say(message.c_str(), host::with_explanation(message, explained));
  const int outcome = refused ? PGIAM_OUTCOME_AUTH_FAILED : PGIAM_OUTCOME_OTHER;
  const char* sqlstate = refused ? explained.text(PGIAM_ERROR_SQLSTATE) : nullptr;
  const bool retry = context->after_connect(*attempt->token, outcome, sqlstate);
  // No poll of libpq's came by here to renew it when libpq went from host to host.
  return retry || (refused && is_outdated(state, *attempt));
}

}  // namespace pgiam::libpq
