// The connection that the user means, as libpq itself would resolve it: connection strings and
// URIs, service files, PG* variables, defaults, the password file. Without a packet.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "command.h"
#include "pgiam.hpp"

namespace pgiam::cli {

// Of several hosts it is the first.
class Connection {
 public:
  // Throws UsageError, with libpq's own words where libpq objects. `conninfo` may be "".
  Connection(const std::string& conninfo, const Arguments& arguments);
  explicit Connection(const Arguments& arguments)
      : Connection(arguments.words.empty() ? "" : arguments.words.front(), arguments) {}

  // For a token that goes to standard output: nothing is said of how it will be sent.
  Request request() const;
  // For a token that a client will send with these parameters.
  Request request_to_send() const { return request().sslmode(sslmode_); }
  // For what a hook would ask. Borrows the password that libpq would send from this object.
  Request request_as_dialled() const;

  // As libpq looks them up in a password file.
  std::string host() const { return PQhost(resolved_.get()); }
  std::string port() const { return std::to_string(port_); }
  std::string user() const { return PQuser(resolved_.get()); }

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  std::unique_ptr<PGconn, Finish> resolved_;
  std::uint32_t port_ = 0;
  std::string sslmode_;  // "": nobody said anything
};

// Throws UsageError.
std::uint32_t read_port(std::string_view text);

// The database that somebody chose by any means; "" where libpq takes the user's name for want of
// one.
std::string chosen_database(const std::string& conninfo, const Arguments& arguments);

}  // namespace pgiam::cli
