// Finds out, without a packet, what libpq would do with a program's parameters: it resolves them
// itself (URIs, service files, PG* variables, defaults, password files) and then fails at a value
// that was put there to be impossible.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parameters.h"
#include "real_libpq.h"
#include "secret_text.h"

namespace pgiam::libpq {

// What password files call a server behind a socket in libpq's default folder.
constexpr const char* kHostOfSockets = "localhost";

// One host of the list.
struct Endpoint {
  std::string host;  // its name; the address where there is no name
  std::string port;
  bool local = false;         // a Unix-domain socket
  host::SecretText password;  // what libpq would send it
};

struct Intent {
  std::vector<Endpoint> endpoints;
  std::string user;
  std::string database;
  std::string sslmode;          // in force
  bool sslmode_chosen = false;  // somebody said so; otherwise it is libpq's default
  std::string gssencmode;
};

// nullopt: libpq will refuse the parameters; let it say so itself.
std::optional<Intent> probe(const RealLibpq& libpq, const Parameters& given);

// Every option of the connection with its value, except sslmode. Empty on lack of memory.
using Options = std::vector<std::pair<std::string, host::SecretText>>;
Options resolve(const RealLibpq& libpq, const Parameters& given);
// nullptr: it has no value.
host::SecretText* find(Options& options, std::string_view keyword);

}  // namespace pgiam::libpq
