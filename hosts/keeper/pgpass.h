// Lines of a libpq password file, host:port:database:user:password. All but ours stay as they are,
// byte for byte. Format: PostgreSQL documentation, "The Password File".
#pragma once

#include <string>
#include <string_view>

#include "secret_text.h"

namespace pgiam::keeper {

// The connections that a line of ours is for.
struct Entry {
  std::string host, port;
  std::string database;  // "": every database, which a line says with "*"
  std::string user;
};

// Why no line can be written for it, a sentence; "" if one can.
std::string why_not_writable(const Entry& entry);

// `content` with a line for the entry that holds `password`. It stands where libpq comes to it:
// libpq takes the first line that fits, so a line of ours that comes too late moves ahead of the
// one that hides it.
host::SecretText with_password(std::string_view content, const Entry& entry,
                               std::string_view password);

// `content` without the entry's line, if that line holds just this password.
host::SecretText without_password(std::string_view content, const Entry& entry,
                                  std::string_view password);

}  // namespace pgiam::keeper
