// Finds out, without a packet, what libpq would do with a program's parameters: it resolves them
// itself (URIs, service files, PG* variables, defaults, password files) and then fails at a value
// that was put there to be impossible.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conninfo_options.h"
#include "secret_text.h"

namespace pgiam::host {

// What password files call a server behind a socket in libpq's default folder.
constexpr const char* kHostOfSockets = "localhost";

// One host of the list.
struct ResolvedHost {
  std::string host;      // its name; the address where there is no name
  std::string hostaddr;  // as it was given
  std::string port;
  std::size_t index = 0;  // in the list
  bool local = false;     // a Unix-domain socket
  SecretText password;    // what libpq would send it

  // Whether libpq will not refuse it.
  bool has_valid_port() const;
  // Whether it is in the network, at such a port.
  bool is_dialled() const { return !local && has_valid_port(); }
};

// What libpq makes of a program's parameters.
struct ResolvedParams {
  ConninfoOptions options;  // all but target_session_attrs, which the probe needs
  std::vector<ResolvedHost> hosts;
  std::string user;
  std::string database;
  std::string sslmode;          // in force
  bool sslmode_chosen = false;  // somebody said so; otherwise it is libpq's default
  std::string gssencmode;
  // libpq looks into the password file only where there is no other password, and warns of one that
  // others can read.
  bool has_password_outside_file = false;
  bool password_file_is_unsafe = false;
  std::string service;  // whose file gave some of it; "": none
};

// nullptr: libpq will refuse the parameters; let it say so itself.
std::shared_ptr<const ResolvedParams> probe(const RealLibpq& libpq, const Parameters& given);

// The options once more, as they are but for sslmode; libpq looks at the password file again.
ConninfoOptions resolve(const RealLibpq& libpq, const Parameters& given);

}  // namespace pgiam::host
