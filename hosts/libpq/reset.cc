#include "reset.h"

#include <string.h>
#include <sys/socket.h>

#include "attempt_steps.h"
#include "password_injection.h"
#include "plugin.h"
#include "quick_reject.h"

namespace pgiam::libpq {

using host::RealLibpq;

namespace {

constexpr const char* kNoRoom =
    "pgiam: a new token does not fit into this connection: make a new connection\n";
constexpr const char* kRoomUnknown =
    "pgiam: whether a new token fits into this connection cannot be told, as malloc and "
    "malloc_usable_size are of two libraries here: make a new connection\n";

// Whether the password that libpq holds is the user's own and not one that we put there: how much
// room there is behind it is then not known.
bool is_users_own(const ConnectionState& state, const HostAttempt& at, const char* password) {
  return !state.shares_password && is_no_token(password) &&
         strcmp(password, state.password_of(at)) != 0;
}

// Sees to it that libpq will send what is right now for the host that it is at. If that cannot be,
// `why` tells the reason.
bool prepare(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, std::string& why) {
  char* place = libpq.PQpass(conn);  // not a copy: the bytes that will be sent
  HostAttempt* at = state.current(libpq, conn);
  put_current_password(libpq, conn, state);  // first, as the rest may fail for want of memory
  if (!at || at->room == 0) return true;

  const bool is_own = is_users_own(state, *at, place);
  if (state.may_be_ours(*at)) {
    const Error error = state.attempt->refresh(at->index);
    if (error.status() != PGIAM_OK && error.status() != PGIAM_NOT_APPLICABLE)
      return why = host::to_text(error), false;
  }
  if (is_own) return !(state.is_reset && state.may_be_ours(*at)) || (why = kNoRoom, false);
  const Put put = put_password(state, *at, place);
  if (put != Put::kDone) why = put == Put::kNoRoom ? kNoRoom : kRoomUnknown;
  return put == Put::kDone;
}

// Ends the connection so that libpq notices and sends nothing more; its error is ours.
void end(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, std::string why) {
  if (const int socket = libpq.PQsocket(conn); socket >= 0) shutdown(socket, SHUT_RDWR);
  libpq.PQconsumeInput(conn);
  state.say(libpq.PQerrorMessage(conn), std::move(why));
}

// The password for the host that libpq was at, before anything is sent. False: the reset has
// failed.
bool prepare_reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  std::string why;
  state.we_say.clear();
  if (prepare(libpq, conn, state, why)) return true;
  end(libpq, conn, state, std::move(why));
  return false;
}

// False: the connection has failed for ever, or right now.
bool begin_reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!state.can_be_reset) return false;
  state.is_reset = true;
  if (state.attempt) state.attempt->restart();
  return prepare_reset(libpq, conn, state);
}

}  // namespace

void reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!begin_reset(libpq, conn, state)) return;
  do {
    libpq.PQreset(conn);
  } while (report(libpq, conn, state, Wait::kYes) && prepare_reset(libpq, conn, state));
}

int reset_start(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  return begin_reset(libpq, conn, state) && libpq.PQresetStart(conn);
}

// Once more, with the same connection: what PQresetStart does is all that a new one would do. Its
// socket is another then, as libpq's manual says it may be after every poll.
static bool start_again(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  return libpq.PQresetStart && prepare_reset(libpq, conn, state) && libpq.PQresetStart(conn);
}

PostgresPollingStatusType poll(const RealLibpq& libpq, PGconn* conn, ConnectionState& state,
                               decltype(&::PQconnectPoll) real_poll, bool is_internal) {
  const ConnStatusType status = libpq.PQstatus(conn);
  // When it has just come to a host, and before it answers what the host asks.
  const bool matters = status == CONNECTION_STARTED || status == CONNECTION_AWAITING_RESPONSE;
  std::string why;
  if (matters && !prepare(libpq, conn, state, why)) {
    end(libpq, conn, state, std::move(why));
    return PGRES_POLLING_FAILED;
  }
  const PostgresPollingStatusType result = real_poll(conn);
  // It may have come to another host, and the program may ask for the password.
  put_current_password(libpq, conn, state);
  const bool has_ended = result == PGRES_POLLING_OK || result == PGRES_POLLING_FAILED;
  if (!has_ended || is_internal || !report(libpq, conn, state, Wait::kNo)) return result;
  return start_again(libpq, conn, state) ? PGRES_POLLING_WRITING : PGRES_POLLING_FAILED;
}

}  // namespace pgiam::libpq
