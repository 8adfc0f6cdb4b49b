// What the hook knows about one PGconn. Kept by libpq itself (its event system), so that it goes
// with the connection and needs no table, no lock, and nothing of PQfinish.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pgiam.hpp"
#include "real_libpq.h"

namespace pgiam::libpq {

// A host of the connection, and its token if it is ours.
struct Access {
  std::string host;
  std::string port;
  std::optional<Reply> token;  // the latest; ours may have none yet
  // Bytes in libpq's copy of the password, without the NUL. 0: not ours.
  std::size_t room = 0;

  bool is_ours() const { return room > 0; }
};

// An option that we set to something else than the program did.
struct Replaced {
  std::string keyword;
  std::optional<std::string> original;  // nullopt: not given, or a secret
};

struct ConnectionState {
  std::string user;
  std::string database;
  std::string sslmode;  // as chosen by the user; "": not chosen
  std::string sslmode_in_force;
  std::vector<Access> accesses;
  std::vector<Replaced> replaced;
  bool can_be_reset = true;
  bool is_reset = false;  // the attempt under way is not the first
  // libpq's copies of passwords that hold a token made for this reset.
  std::vector<const char*> renewed;

  // PQerrorMessage: while libpq says the first, the program is told the second.
  std::string libpq_says;
  std::string we_say;

  // The host that libpq is at, if it is ours.
  Access* current(const RealLibpq& libpq, const PGconn* conn);
  void say(const char* instead_of, std::string text);
  // Whether there is something to say instead of this.
  bool speaks_for(const char* libpq_text) const {
    return !we_say.empty() && libpq_says == libpq_text;
  }
};

// nullptr: not a connection of ours.
ConnectionState* state_of(const RealLibpq& libpq, const PGconn* conn);
// Lost if libpq lacks the memory: the connection is then like any other.
void attach(const RealLibpq& libpq, PGconn* conn, std::unique_ptr<ConnectionState> state);

// While it lives, this thread is inside a blocking connect. The program has no PGconn yet, but
// libpq polls one: the first poll gives the state to it.
class ExpectedConnection {
 public:
  ExpectedConnection(const RealLibpq& libpq, std::unique_ptr<ConnectionState>& state);
  ExpectedConnection(const ExpectedConnection&) = delete;
  ExpectedConnection& operator=(const ExpectedConnection&) = delete;
  ~ExpectedConnection();
  // For a program that has jumped out of a connect (siglongjmp): what was expected is no more.
  static void forget();
  // nullptr: this thread expects none of this libpq.
  static ConnectionState* meet(const RealLibpq& libpq, PGconn* conn);

 private:
  const RealLibpq& libpq_;
  std::unique_ptr<ConnectionState>& state_;
};

// PQconninfo's answer, with what the program gave in place of what we set.
PQconninfoOption* restore(PQconninfoOption* options, const std::vector<Replaced>& replaced);

}  // namespace pgiam::libpq
