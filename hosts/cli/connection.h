// The connection that the user means, as libpq would resolve it: connection strings and URIs,
// service files, PG* variables, defaults, the password file. Without libpq, and without a packet.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "pgiam_conninfo.hpp"
#include "resolved_conninfo.h"
#include "secret_text.h"

namespace pgiam::cli {

class Connection {
 public:
  // Of several hosts to the first, and says so. Throws UsageError, in libpq's words where libpq
  // would object. `conninfo` may be "".
  Connection(const std::string& conninfo, const Arguments& arguments);
  // The same to each host of a list.
  static std::vector<std::shared_ptr<const Connection>> to_each_host(const std::string& conninfo,
                                                                     const Arguments& arguments);
  explicit Connection(const Arguments& arguments)
      : Connection(arguments.words.empty() ? "" : arguments.words.front(), arguments) {}

  // For a token that goes to standard output: nothing is said of how it will be sent.
  Request request() const;
  // For a token that a client will send with these parameters.
  Request request_to_send() const;
  // For what a hook would ask. Borrows the password that libpq would send from this object.
  Request request_as_dialled();

  // As libpq looks them up in a password file.
  const std::string& host() const { return host_; }
  std::string port() const { return std::to_string(port_); }
  const std::string& hostaddr() const { return hostaddr_; }  // "" for none
  std::string user() const { return resolved_.value("user"); }
  std::string database() const { return resolved_.value("dbname"); }
  // "" where nobody chose one and libpq takes the user's name.
  std::string chosen_database() const { return chosen("dbname"); }
  // What the user said of a keyword, lists as they stand; "" where it is libpq's default.
  const char* chosen(std::string_view keyword) const;

 private:
  // To the host of that index in its list.
  Connection(host::ResolvedConninfo resolved, std::size_t index);

  host::ResolvedConninfo resolved_;
  std::string host_, hostaddr_;
  std::uint32_t port_ = 0;
  host::SecretText saved_password_;
};

// Throws UsageError, which names the place and quotes no value.
Conninfo read_conninfo(const std::string& text);

// Throws UsageError.
std::uint32_t read_port(std::string_view text);

}  // namespace pgiam::cli
