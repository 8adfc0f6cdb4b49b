#include "token.h"

#include <stdlib.h>
#include <time.h>

namespace pgiam::libpq {

using host::RealLibpq;
using host::ResolvedHost;
using host::ResolvedParams;

// A token that has less time left may die on its way.
static constexpr std::int64_t kMargin_ms = 60 * 1000;

static std::int64_t now_ms() { return static_cast<std::int64_t>(time(nullptr)) * 1000; }

AttemptFacts facts_of(const std::string& user, const ResolvedHost& entry, const Reply& token) {
  AttemptFacts facts;
  facts.host = entry.host;
  facts.port = entry.port;
  facts.user = user;
  facts.target = token.text(PGIAM_REPLY_TARGET);
  facts.region = token.text(PGIAM_REPLY_REGION);
  facts.signing_host = token.text(PGIAM_REPLY_SIGNING_HOST);
  facts.signing_port = std::to_string(token.number(PGIAM_REPLY_SIGNING_PORT));
  facts.principal = token.text(PGIAM_REPLY_PRINCIPAL);
  facts.provider = token.text(PGIAM_REPLY_PROVIDER);
  facts.token_expires_at_ms = token.number(PGIAM_REPLY_TOKEN_EXPIRES_AT);
  facts.credentials_expire_at_ms = token.number(PGIAM_REPLY_CREDENTIALS_EXPIRES_AT);
  facts.now_ms = now_ms();
  return facts;
}

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

  const std::string& user = state.params->user;
  AttemptFacts facts = facts_of(user, *attempt->entry, *attempt->token);
  facts.password_was_asked =
      !libpq.PQconnectionUsedPassword || libpq.PQconnectionUsedPassword(conn);
  const char* sqlstate = sqlstate_of_refusal(message, facts);
  state.say(message.c_str(), explain_failure(message, facts));
  const int outcome = sqlstate ? PGIAM_OUTCOME_AUTH_FAILED : PGIAM_OUTCOME_OTHER;
  const bool retry = context->after_connect(*attempt->token, outcome, sqlstate);
  // No poll of libpq's came by here to renew it when libpq went from host to host.
  return retry || (sqlstate && is_outdated(state, *attempt));
}

}  // namespace pgiam::libpq
