// How libpq is told the passwords of a connection's hosts, so that each host gets its own and a
// later one, which may be longer, still fits.
//
// In place: libpq is given a filler of enough length as its password, and before it sends one to a
// host, that host's password is written over it. PQpass returns the very bytes that libpq will send,
// and it sends none before the next PQconnectPoll. This works only if libpq's own calls of
// PQconnectPoll, in its blocking functions, reach the hook: if they go by the symbol table.
//
// By file, where they do not (libpq linked with -Bsymbolic-functions, as Ubuntu's): see
// password_file.h.
//
// libpq promises none of this. So nothing is written beyond the end of the present text unless the
// allocator that libpq uses says that the block is large enough.
#pragma once

#include <optional>
#include <string_view>

#include "connection_state.h"
#include "password_file.h"

namespace pgiam::libpq {

// How much longer than the first a later token may be.
constexpr std::size_t kPadding = 8 * 1024;

// Has to exist until libpq has been given option().
class PasswordInjection {
 public:
  // `first_port`: what libpq will be given as the first host's port.
  PasswordInjection(const host::RealLibpq& libpq, ConnectionState& state,
                    std::string_view first_port);

  // Whether there is a way at all; if not, errno tells why.
  bool is_possible() const { return option_.keyword; }
  // What libpq is to be told.
  const host::Parameter& option() const { return option_; }
  // Whether libpq uses it only if it finds no password elsewhere.
  bool is_by_file() const { return file_.has_value(); }

 private:
  const char* filler_of(std::size_t length);
  void take_up_room(ConnectionState& state);
  void write_file(ConnectionState& state, std::string_view first_port);

  std::string long_filler_;
  host::SecretText password_;
  std::optional<host::PasswordFile> file_;
  host::Parameter option_{nullptr, nullptr};
};

enum class Put { kDone, kNoRoom, kRoomUnknown };
// Writes the host's password to where libpq will take it from, if there is room for it.
Put put_password(const ConnectionState& state, HostAttempt& at, char* place);

// Whether libpq has found this password, the user's own, elsewhere than where we put ours: how much room
// there is behind it is then not known.
bool is_users_own(const ConnectionState& state, const HostAttempt& at, const char* password);

// Where all hosts share libpq's one password: writes that of the host that libpq is at, the filler if
// it is late, and nothing if the host is not known. Allocates nothing.
void put_current_password(const host::RealLibpq& libpq, PGconn* conn, ConnectionState& state);

// Whether this is the filler and no password.
bool is_filler(const char* password);
// For a connection whose state could not be kept (no memory): no password rather than a filler.
void remove_filler(const host::RealLibpq& libpq, PGconn* conn);

}  // namespace pgiam::libpq
