#include "reset.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "attempt_steps.h"
#include "password_injection.h"
#include "plugin.h"

namespace pgiam::libpq {

using host::RealLibpq;

namespace {

constexpr const char* kNoRoom =
    "pgiam: a new token does not fit into this connection: make a new connection\n";
constexpr const char* kRoomUnknown =
    "pgiam: whether a new token fits into this connection cannot be told, as malloc and "
    "malloc_usable_size are of two libraries here: make a new connection\n";

enum class Prepared { kYes, kLater, kNever };

// Makes libpq send the current password of the host that it is at. kNever: it cannot, and `why` says
// why. kLater: the token is on its way (only with Wait::kNo).
Prepared prepare(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, Wait wait,
                 std::string& why) {
  const auto never = [&](std::string reason) {
    why = std::move(reason);
    return Prepared::kNever;
  };
  char* place = libpq.PQpass(conn);  // not a copy: the bytes that will be sent
  HostAttempt* at = state.current(libpq, conn);
  put_current_password(libpq, conn, state);  // first, as the rest may fail for want of memory
  if (!at || at->room == 0) return Prepared::kYes;

  const bool is_own = is_users_own(state, *at, place);
  if (state.may_be_ours(*at)) {
    const Error error = refresh(state, at->index, wait);
    if (error.status() == PGIAM_E_WOULD_BLOCK) return Prepared::kLater;
    if (error.status() != PGIAM_OK && error.status() != PGIAM_NOT_APPLICABLE)
      return never(host::to_text(error));
  }
  if (is_own && state.is_reset && state.may_be_ours(*at)) return never(kNoRoom);
  if (is_own) return Prepared::kYes;
  const Put put = put_password(state, *at, place);
  if (put != Put::kDone) return never(put == Put::kNoRoom ? kNoRoom : kRoomUnknown);
  return Prepared::kYes;
}

// Shuts the socket down, so that libpq sends nothing more and fails; the program gets our message.
void fail(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, std::string why) {
  if (const int socket = libpq.PQsocket(conn); socket >= 0) shutdown(socket, SHUT_RDWR);
  // libpq first reads what the server has sent already.
  for (int i = 0; i < 4 && libpq.PQstatus(conn) != CONNECTION_BAD; ++i) libpq.PQconsumeInput(conn);
  state.replace_message(libpq.PQerrorMessage(conn), std::move(why));
}

// Writes the password of the host that libpq was at before anything is sent; where the program polls,
// it may come later. False: the reset has failed.
bool prepare_reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, Wait wait) {
  std::string why;
  state.our_message.clear();
  const Prepared prepared = prepare(libpq, conn, state, wait, why);
  state.wait_descriptor = -1;  // libpq begins first
  if (prepared != Prepared::kNever) return true;
  fail(libpq, conn, state, std::move(why));
  return false;
}

// False: the connection has failed for ever, or right now.
bool begin_reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state, Wait wait) {
  if (!state.can_be_reset) return false;
  state.is_reset = true;
  if (state.attempt) state.attempt->restart();
  return prepare_reset(libpq, conn, state, wait);
}

}  // namespace

void reset(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!begin_reset(libpq, conn, state, Wait::kYes)) return;
  do {
    libpq.PQreset(conn);
  } while (report(libpq, conn, state, Wait::kYes) &&
           prepare_reset(libpq, conn, state, Wait::kYes));
}

int reset_start(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  return begin_reset(libpq, conn, state, Wait::kNo) && libpq.PQresetStart(conn);
}

// Starts the same connection once more, as PQresetStart does all that a new one would. Its socket is
// another then; libpq's manual says that it may be after every poll.
static PostgresPollingStatusType start_again(const RealLibpq& libpq, PGconn* conn,
                                             ConnectionState& state) {
  if (!libpq.PQresetStart || !prepare_reset(libpq, conn, state, Wait::kNo) ||
      !libpq.PQresetStart(conn))
    return PGRES_POLLING_FAILED;
  libpq.PQsetnonblocking(conn, state.is_nonblocking);
  return PGRES_POLLING_WRITING;
}

// A server that asked for a password and got none for a minute closes the connection.
static bool has_hung_up(const RealLibpq& libpq, const PGconn* conn) {
  pollfd event = {libpq.PQsocket(conn), POLLRDHUP, 0};
  return poll(&event, 1, 0) > 0;
}

PostgresPollingStatusType poll(const RealLibpq& libpq, PGconn* conn, ConnectionState& state,
                               decltype(&::PQconnectPoll) real_poll, bool is_internal) {
  const ConnStatusType status = libpq.PQstatus(conn);
  if (!is_internal && status != CONNECTION_BAD)
    state.is_nonblocking = libpq.PQisnonblocking(conn);
  // libpq has just begun with a host, or is about to answer the host's request for a password.
  const bool is_asked = status == CONNECTION_AWAITING_RESPONSE;
  const bool has_waited = is_asked && state.wait_descriptor >= 0;
  if (is_asked || status == CONNECTION_STARTED) {
    std::string why;
    const Prepared prepared =
        prepare(libpq, conn, state, is_internal ? Wait::kYes : Wait::kNo, why);
    if (prepared == Prepared::kNever) {
      fail(libpq, conn, state, std::move(why));
      return PGRES_POLLING_FAILED;
    }
    // The server's request keeps libpq's own socket readable, so programs that watch that poll again.
    if (prepared == Prepared::kLater && is_asked) return PGRES_POLLING_READING;
    if (has_waited && has_hung_up(libpq, conn)) return start_again(libpq, conn, state);
  }
  state.wait_descriptor = -1;
  const PostgresPollingStatusType result = real_poll(conn);
  // libpq may be at another host now, and the program may call PQpass.
  put_current_password(libpq, conn, state);
  const bool has_ended = result == PGRES_POLLING_OK || result == PGRES_POLLING_FAILED;
  if (!has_ended || is_internal || !report(libpq, conn, state, Wait::kNo)) return result;
  return start_again(libpq, conn, state);
}

}  // namespace pgiam::libpq
