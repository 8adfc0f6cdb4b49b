#include "reset.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>

#include "parameters.h"
#include "plugin.h"
#include "token.h"

namespace pgiam::libpq {
namespace {

// A token that has less time left may die on its way.
constexpr std::int64_t kMargin_ms = 60 * 1000;

bool dies_soon(const Reply& token) {
  const std::int64_t expires_at = token.number(PGIAM_REPLY_TOKEN_EXPIRES_AT);
  return expires_at != 0 &&
         expires_at < static_cast<std::int64_t>(time(nullptr)) * 1000 + kMargin_ms;
}

// Whether libpq still holds what we handed over. Anything else did not come from our file: its room
// is unknown, and it is the user's own.
bool is_of_ours(const Access& access, const char* password) {
  return !access.token || looks_like_token(password) ||
         strcmp(password, access.token->param("password")) == 0;
}

// Writes the token over the password that libpq will send to the host it is at.
bool put(const Access& access, char* password, bool is_ours, std::string& why_not) {
  const char* token = access.token->param("password");
  const std::size_t length = strlen(token);
  if (!is_ours || length > access.room) {
    why_not = "pgiam: a new token does not fit into this connection: make a new connection\n";
    return false;
  }
  explicit_bzero(password, access.room);
  memcpy(password, token, length);
  return true;
}

// The rules may have changed since libpq was told how to connect.
bool is_safe_for(const Reply& token, const std::string& sslmode, std::string& why_not) {
  const char* wanted = token.param("sslmode");
  if (!wanted || strictness(wanted) <= strictness(sslmode)) return true;
  why_not = "pgiam: sslmode=" + std::string(wanted) + " is asked for by now, and this one has " +
            sslmode + ": make a new connection\n";
  return false;
}

// Whether libpq will send a token that is good now to the host it is at. If not, `why` tells the
// reason.
bool renew(Context& context, const RealLibpq& libpq, PGconn* conn, ConnectionState& state,
           std::string& why) {
  Access* access = state.current(libpq, conn);
  if (!access) return true;
  char* password = libpq.PQpass(conn);  // not a copy: the bytes that will be sent
  const bool is_renewed = !state.is_reset || std::find(state.renewed.begin(), state.renewed.end(),
                                                       password) != state.renewed.end();
  if (is_renewed && access->token && !dies_soon(*access->token)) return true;

  const bool is_ours = is_of_ours(*access, password);
  Result<Reply> token = ask_for_token(context, state, *access, is_ours ? "" : password);
  if (!token) return why = host::to_text(token.error()), false;
  if (!token->applies()) return true;
  if (!is_safe_for(*token, state.sslmode_in_force, why)) return false;
  access->token.emplace(std::move(*token));
  state.renewed.push_back(password);
  return put(*access, password, is_ours, why);
}

// Ends the connection so that libpq notices and sends nothing more; its error is ours.
void end(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, std::string why) {
  if (const int socket = libpq.PQsocket(conn); socket >= 0) shutdown(socket, SHUT_RDWR);
  libpq.PQconsumeInput(conn);
  state.say(libpq.PQerrorMessage(conn), std::move(why));
}

// The token for the host that libpq was at, before anything is sent. False: the reset has failed.
bool prepare_reset(Context& context, const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!state.can_be_reset) return false;
  state.is_reset = true;
  state.renewed.clear();
  state.we_say.clear();
  std::string why;
  if (renew(context, libpq, conn, state, why)) return true;
  end(libpq, conn, state, std::move(why));
  return false;
}

// There is one: it made this connection's first token.
Context& the_plugin() {
  std::string why;
  return *host::plugin(why);
}

}  // namespace

void reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  Context& context = the_plugin();
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
  Context& context = the_plugin();
  const ConnStatusType status = libpq.PQstatus(conn);
  // CONNECTION_NEEDED: libpq is about to choose a host, and may be at none yet.
  const bool is_at_a_host =
      status != CONNECTION_OK && status != CONNECTION_BAD && status != CONNECTION_NEEDED;
  std::string why;
  if (is_at_a_host && !renew(context, libpq, conn, state, why)) {
    end(libpq, conn, state, std::move(why));
    return PGRES_POLLING_FAILED;
  }
  const PostgresPollingStatusType result = real_poll(conn);
  const bool has_ended = result == PGRES_POLLING_OK || result == PGRES_POLLING_FAILED;
  if (has_ended && !is_internal) report(context, libpq, conn, state);
  return result;
}

}  // namespace pgiam::libpq
