#include "token.h"

#include <stdlib.h>
#include <time.h>

namespace pgiam::libpq {

AttemptFacts facts_of(const std::string& user, const Access& access) {
  const Reply& token = *access.token;
  AttemptFacts facts;
  facts.host = access.host;
  facts.port = access.port;
  facts.user = user;
  facts.target = token.text(PGIAM_REPLY_TARGET);
  facts.region = token.text(PGIAM_REPLY_REGION);
  facts.signing_host = token.text(PGIAM_REPLY_SIGNING_HOST);
  facts.signing_port = std::to_string(token.number(PGIAM_REPLY_SIGNING_PORT));
  facts.principal = token.text(PGIAM_REPLY_PRINCIPAL);
  facts.provider = token.text(PGIAM_REPLY_PROVIDER);
  facts.token_expires_at_ms = token.number(PGIAM_REPLY_TOKEN_EXPIRES_AT);
  facts.credentials_expire_at_ms = token.number(PGIAM_REPLY_CREDENTIALS_EXPIRES_AT);
  facts.now_ms = static_cast<std::int64_t>(time(nullptr)) * 1000;
  return facts;
}

Result<Reply> ask_for_token(Context& context, const ConnectionState& state, const Access& access,
                            const char* password) {
  Request request(access.host);
  request.port(static_cast<std::uint32_t>(atoi(access.port.c_str())))
      .user(state.user)
      .database(state.database)
      .password(password)
      .sslmode(state.sslmode);
  return context.before_connect(request);
}

bool report(Context& context, const RealLibpq& libpq, const PGconn* conn, ConnectionState& state) {
  const Access* access = state.current(libpq, conn);
  if (!access || !access->token) return false;
  if (libpq.PQstatus(conn) == CONNECTION_OK) {
    return context.after_connect(*access->token, PGIAM_OUTCOME_CONNECTED);
  }
  const std::string message = libpq.PQerrorMessage(conn);
  if (state.speaks_for(message.c_str())) return false;  // there was no token to be refused

  AttemptFacts facts = facts_of(state.user, *access);
  facts.password_was_asked = libpq.PQconnectionUsedPassword(conn);
  const char* sqlstate = sqlstate_of_refusal(message, facts);
  state.say(message.c_str(), explain_failure(message, facts));
  const int outcome = sqlstate ? PGIAM_OUTCOME_AUTH_FAILED : PGIAM_OUTCOME_OTHER;
  return context.after_connect(*access->token, outcome, sqlstate);
}

}  // namespace pgiam::libpq
