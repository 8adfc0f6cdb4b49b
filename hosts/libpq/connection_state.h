// What the hook knows about one PGconn. libpq itself keeps it (as instance data of its event system), so
// that it is freed with the connection, and there is no table, no lock, and no need to cover PQfinish.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host_attempt.h"
#include "pgiam.hpp"
#include "real_libpq.h"

namespace pgiam::libpq {

// An option that we set to something else than the program did.
struct Replaced {
  std::string keyword;
  std::optional<std::string> original;  // nullopt: not given, or a secret
};

struct ConnectionState {
  explicit ConnectionState(std::shared_ptr<const host::ResolvedParams> params);

  const std::shared_ptr<const host::ResolvedParams> params;
  std::optional<Attempt> attempt;        // nullopt: there is no plugin
  std::vector<HostAttempt> hosts;        // as those of the params
  std::vector<Replaced> replaced;
  bool shares_password = false;  // one place for all hosts' passwords (password_injection.h)
  bool is_ours = true;  // false: kept only to explain its error message (given_password.h)
  bool can_be_reset = true;
  bool is_reset = false;      // the attempt under way is not the first
  bool has_late_passwords = false;  // libpq begins without them
  bool is_nonblocking = false;  // what the program set, and a reset forgets
  int wait_descriptor = -1;  // what PQsocket answers while a token is on its way; -1: libpq's own
  std::string why_no_plugin;  // "": there is one

  // PQerrorMessage: as long as libpq's is the first, the program gets the second.
  std::string libpq_message;
  std::string our_message;

  // What the host is to be sent.
  const char* password_of(const HostAttempt& at) const noexcept;
  bool may_be_ours(const HostAttempt& at) const noexcept;
  // Whether that is not there yet.
  bool is_late(const HostAttempt& at) const noexcept;
  // The name that libpq is told to dial, and that it looks up in password files.
  std::string_view name_of(const HostAttempt& at) const noexcept;
  // The host that libpq is at.
  HostAttempt* current(const host::RealLibpq& libpq, const PGconn* conn);
  void replace_message(const char* libpqs, std::string text);
  // Whether the program gets ours instead of this one of libpq's.
  bool replaces_message(const char* libpq_text) const {
    return !our_message.empty() && libpq_message == libpq_text;
  }
};

// nullptr: not a connection of ours.
ConnectionState* state_of(const host::RealLibpq& libpq, const PGconn* conn);
// Where libpq has no memory for it the state is freed, and the connection is like any other.
void attach(const host::RealLibpq& libpq, PGconn* conn, std::unique_ptr<ConnectionState> state);

// Exists while this thread is inside a blocking connect: the program has no PGconn yet, but libpq
// polls one, and the first poll claims the state for it.
class ExpectedConnection {
 public:
  ExpectedConnection(const host::RealLibpq& libpq, std::unique_ptr<ConnectionState>& state);
  ExpectedConnection(const ExpectedConnection&) = delete;
  ExpectedConnection& operator=(const ExpectedConnection&) = delete;
  ~ExpectedConnection();
  // For a program that has jumped out of a connect (siglongjmp): nothing is expected any more.
  static void forget();
  // nullptr: this thread expects none of this libpq.
  static ConnectionState* claim(const host::RealLibpq& libpq, PGconn* conn);

 private:
  const host::RealLibpq& libpq_;
  std::unique_ptr<ConnectionState>& state_;
};

// PQconninfo's answer, with what the program gave in place of what we set.
PQconninfoOption* restore(PQconninfoOption* options, const std::vector<Replaced>& replaced);

}  // namespace pgiam::libpq
