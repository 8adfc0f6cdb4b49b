// The grammar of libpq's password file, host:port:database:user:password, read as libpq reads it.
// Pure, and on nothing else, so that the keeper, which writes such files, reads by the same rules.
// PostgreSQL documentation, "The Password File".
#pragma once

#include <optional>
#include <string_view>

namespace pgiam::pgpass {

// Cuts the first line off `content`, with its end if it has one; "" once there is none left.
std::string_view take_line(std::string_view& content);
// "\r\n", "\n" or "".
std::string_view end_of(std::string_view line);
// Without the line ends that libpq drops, of which there may be several.
std::string_view without_end(std::string_view line);

// These take a field and its ':' off the front of `line`, or leave it and answer false.
// A field that is, once its escapes are undone, this very text. A '*' is no wildcard here.
bool take_field(std::string_view& line, std::string_view text);
// A '*' that stands alone.
bool take_wildcard(std::string_view& line);

// A '\\' stands before these in a field.
constexpr const char* kSpecials = ":\\";

// What a connection is looked up by, with libpq's defaults in place of what is not given.
struct Connection {
  std::string_view host;  // the folder of a Unix-domain socket as well
  std::string_view port;
  std::string_view database;
  std::string_view user;
};

// The password of the first line that fits, still escaped: it ends at the first ':' that is not.
struct Found {
  std::string_view escaped_password;
  int line;  // from 1
};
std::optional<Found> find(std::string_view content, const Connection& connection);

// Undoes the escapes into `out`, which has room for escaped.size(); how much it is.
std::size_t unescape(std::string_view escaped, char* out);

}  // namespace pgiam::pgpass
