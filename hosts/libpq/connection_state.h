// What the hook knows about one PGconn. Kept by libpq itself (its event system), so that it goes
// with the connection and needs no table, no lock, and nothing of PQfinish.
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
  bool is_ours = true;  // false: no more than its message (given_password.h)
  bool can_be_reset = true;
  bool is_reset = false;      // the attempt under way is not the first
  bool has_late_passwords = false;  // libpq begins without them
  bool is_nonblocking = false;  // what the program set, and a reset forgets
  int awaited = -1;  // what the program waits on in libpq's socket's place, until the token is there
  std::string why_no_plugin;  // "": there is one

  // PQerrorMessage: while libpq says the first, the program is told the second.
  std::string libpq_says;
  std::string we_say;

  // What the host is to be sent.
  const char* password_of(const HostAttempt& at) const noexcept;
  bool may_be_ours(const HostAttempt& at) const noexcept;
  // Whether that is not there yet.
  bool is_late(const HostAttempt& at) const noexcept;
  // The name that libpq is told to dial, and that it looks up in password files.
  std::string_view name_of(const HostAttempt& at) const noexcept;
  // The host that libpq is at.
  HostAttempt* current(const host::RealLibpq& libpq, const PGconn* conn);
  void say(const char* instead_of, std::string text);
  // Whether there is something to say instead of this.
  bool speaks_for(const char* libpq_text) const {
    return !we_say.empty() && libpq_says == libpq_text;
  }
};

// nullptr: not a connection of ours.
ConnectionState* state_of(const host::RealLibpq& libpq, const PGconn* conn);
// Lost if libpq lacks the memory: the connection is then like any other.
void attach(const host::RealLibpq& libpq, PGconn* conn, std::unique_ptr<ConnectionState> state);

// While it lives, this thread is inside a blocking connect. The program has no PGconn yet, but
// libpq polls one: the first poll gives the state to it.
class ExpectedConnection {
 public:
  ExpectedConnection(const host::RealLibpq& libpq, std::unique_ptr<ConnectionState>& state);
  ExpectedConnection(const ExpectedConnection&) = delete;
  ExpectedConnection& operator=(const ExpectedConnection&) = delete;
  ~ExpectedConnection();
  // For a program that has jumped out of a connect (siglongjmp): what was expected is no more.
  static void forget();
  // nullptr: this thread expects none of this libpq.
  static ConnectionState* meet(const host::RealLibpq& libpq, PGconn* conn);

 private:
  const host::RealLibpq& libpq_;
  std::unique_ptr<ConnectionState>& state_;
};

// PQconninfo's answer, with what the program gave in place of what we set.
PQconninfoOption* restore(PQconninfoOption* options, const std::vector<Replaced>& replaced);

}  // namespace pgiam::libpq
