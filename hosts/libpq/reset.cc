#include "reset.h"

#include <string.h>
#include <sys/socket.h>

#include "parameters.h"
#include "password_injection.h"
#include "plugin.h"
#include "token.h"

namespace pgiam::libpq {

using host::looks_like_token;
using host::RealLibpq;
using host::strictness;

namespace {

constexpr const char* kNoRoom =
    "pgiam: a new token does not fit into this connection: make a new connection\n";

// Whether what libpq holds did not come from us: its room is unknown, and it is the user's own.
bool is_users_own(const ConnectionState& state, const HostAttempt& attempt, const char* password) {
  return !state.shares_password && attempt.token && !looks_like_token(password) &&
         strcmp(password, attempt.password()) != 0;
}

// The rules may have changed since libpq was told how to connect.
bool is_safe_for(const Reply& token, const std::string& sslmode, std::string& why_not) {
  const char* wanted = token.param("sslmode");
  if (!wanted || strictness(wanted) <= strictness(sslmode)) return true;
  why_not = "pgiam: sslmode=" + std::string(wanted) + " is asked for by now, and this one has " +
            sslmode + ": make a new connection\n";
  return false;
}

// A new token for the host. If it gets none, `why` tells the reason.
bool renew(Context& context, const ConnectionState& state, HostAttempt& attempt,
           const char* users_own, std::string& why) {
  Result<Reply> token =
      ask_for_token(context, *state.params, *attempt.entry, users_own ? users_own : "");
  if (!token) return why = host::to_text(token.error()), false;
  if (!token->applies()) return attempt.token.reset(), true;
  if (users_own) return why = kNoRoom, false;
  if (!is_safe_for(*token, state.sslmode_in_force, why)) return false;
  attempt.take(std::move(*token));
  attempt.is_renewed = true;
  return true;
}

// Sees to it that libpq will send what is right now for the host that it is at. If that cannot be,
// `why` tells the reason.
bool prepare(Context* context, const RealLibpq& libpq, PGconn* conn, ConnectionState& state,
             std::string& why) {
  char* password = libpq.PQpass(conn);  // not a copy: the bytes that will be sent
  HostAttempt* attempt = state.current(libpq, conn);
  put_current_password(libpq, conn, state);  // first, as the rest may fail for want of memory
  if (!attempt || attempt->room == 0) return true;

  const char* users_own = is_users_own(state, *attempt, password) ? password : nullptr;
  const bool is_due = attempt->is_ours && !is_up_to_date(state, *attempt);
  if (is_due && !renew(*context, state, *attempt, users_own, why)) return false;
  if (users_own || put_password(*attempt, password)) return true;
  return why = kNoRoom, false;
}

// Ends the connection so that libpq notices and sends nothing more; its error is ours.
void end(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, std::string why) {
  if (const int socket = libpq.PQsocket(conn); socket >= 0) shutdown(socket, SHUT_RDWR);
  libpq.PQconsumeInput(conn);
  state.say(libpq.PQerrorMessage(conn), std::move(why));
}

// The token for the host that libpq was at, before anything is sent. False: the reset has failed.
bool prepare_reset(Context* context, const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!state.can_be_reset) return false;
  state.is_reset = true;
  for (HostAttempt& attempt : state.attempts) attempt.is_renewed = false;
  state.we_say.clear();
  std::string why;
  if (prepare(context, libpq, conn, state, why)) return true;
  end(libpq, conn, state, std::move(why));
  return false;
}

// There is one if the connection has a host that is ours.
Context* the_plugin() {
  std::string why;
  return host::plugin(why);
}

}  // namespace

void reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  Context* context = the_plugin();
  for (bool is_second_try = false;; is_second_try = true) {
    if (!prepare_reset(context, libpq, conn, state)) return;
    libpq.PQreset(conn);
    const bool retry = report(context, libpq, conn, state);
    if (!retry || is_second_try) return;
  }
}

int reset_start(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  return prepare_reset(the_plugin(), libpq, conn, state) && libpq.PQresetStart(conn);
}

PostgresPollingStatusType poll(const RealLibpq& libpq, PGconn* conn, ConnectionState& state,
                               decltype(&::PQconnectPoll) real_poll, bool is_internal) {
  Context* context = the_plugin();
  const ConnStatusType status = libpq.PQstatus(conn);
  // When it has just come to a host, and before it answers what the host asks.
  const bool matters = status == CONNECTION_STARTED || status == CONNECTION_AWAITING_RESPONSE;
  std::string why;
  if (matters && !prepare(context, libpq, conn, state, why)) {
    end(libpq, conn, state, std::move(why));
    return PGRES_POLLING_FAILED;
  }
  const PostgresPollingStatusType result = real_poll(conn);
  // It may have come to another host, and the program may ask for the password.
  put_current_password(libpq, conn, state);
  const bool has_ended = result == PGRES_POLLING_OK || result == PGRES_POLLING_FAILED;
  if (has_ended && !is_internal) report(context, libpq, conn, state);
  return result;
}

}  // namespace pgiam::libpq
