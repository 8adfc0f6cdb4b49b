#include "glance.h"

#include <stdlib.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "configuration.h"

namespace pgiam::libpq {
namespace {

using Text = std::string_view;
constexpr Text kBlanks = " \t\n\r\f\v";

// What decides. Later mentions win, as they do in libpq.
struct Seen {
  std::optional<Text> host, hostaddr, password, service;

  void take(Text keyword, Text value) {
    if (keyword == "host") host = value;
    if (keyword == "hostaddr") hostaddr = value;
    if (keyword == "password") password = value;
    if (keyword == "service") service = value;
  }
};

void skip_blanks(Text& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
}

// What stands before the first of the ends, which stays.
Text take_until(Text& rest, Text ends) {
  const Text taken = rest.substr(0, rest.find_first_of(ends));
  rest.remove_prefix(taken.size());
  return taken;
}

// key = value, key = 'value'. False: it holds escapes, or what libpq will refuse.
bool read_pairs(Text rest, Seen& seen) {
  if (rest.find('\\') != rest.npos) return false;
  for (skip_blanks(rest); !rest.empty(); skip_blanks(rest)) {
    const Text keyword = take_until(rest, " \t\n\r\f\v=");
    skip_blanks(rest);
    if (!rest.starts_with('=')) return false;
    rest.remove_prefix(1);
    skip_blanks(rest);
    const bool is_quoted = rest.starts_with('\'');
    if (is_quoted) rest.remove_prefix(1);
    seen.take(keyword, take_until(rest, is_quoted ? "'" : kBlanks));
    if (is_quoted && rest.empty()) return false;
    if (is_quoted) rest.remove_prefix(1);
  }
  return true;
}

// scheme://user:password@host:port/… False: anything that is not as plain.
bool read_uri(Text rest, Seen& seen) {
  rest.remove_prefix(rest.find("://") + 3);
  if (rest.find('?') != rest.npos || rest.find('[') != rest.npos) return false;
  Text authority = take_until(rest, "/");
  if (const std::size_t at = authority.find('@'); at != authority.npos) {
    const Text user = authority.substr(0, at);
    if (const std::size_t colon = user.find(':'); colon < user.size() - 1)
      seen.password = user.substr(colon + 1);
    authority.remove_prefix(at + 1);
  }
  if (authority.find_first_of("@%,") != authority.npos) return false;
  // A token, in which the = that looks_like_token() wants may be escaped.
  if (seen.password && seen.password->find("X-Amz-Signature") != Text::npos) return false;
  const Text host = authority.substr(0, authority.find(':'));
  if (!host.empty()) seen.host = host;
  return true;
}

bool read(const Parameters& given, Seen& seen) {
  for (std::size_t i = 0; given.keywords()[i]; ++i) {
    const Text keyword = given.keywords()[i];
    const char* value = given.values()[i];
    if (!value || !*value) continue;
    if (given.expand_dbname() && keyword == "dbname" && is_connection_string(value)) {
      if (!(is_uri(value) ? read_uri(value, seen) : read_pairs(value, seen))) return false;
    } else {
      seen.take(keyword, value);
    }
  }
  return true;
}

Text given_or(const std::optional<Text>& given, const char* variable) {
  if (given) return *given;
  const char* value = getenv(variable);
  return value ? value : "";
}

// A name that DNS cannot make an endpoint of, or an address.
bool is_local_name(Text host) {
  if (host.find(',') != host.npos) return false;
  if (host.ends_with('.')) host.remove_suffix(1);  // a whole name
  const std::size_t dot = host.rfind('.');
  return dot == host.npos || host.find(':') != host.npos ||
         host.find_first_not_of("0123456789", dot + 1) == host.npos;
}

}  // namespace

bool is_plainly_not_ours(const Parameters& given) {
  Seen seen;
  if (!read(given, seen) || !given_or(seen.service, "PGSERVICE").empty()) return false;

  const Text password = given_or(seen.password, "PGPASSWORD");
  if (!password.empty() && !looks_like_token(password)) return !force_may_apply();

  const Text host = given_or(seen.host, "PGHOST");
  const Text hostaddr = given_or(seen.hostaddr, "PGHOSTADDR");
  const bool is_socket = host.empty() || is_socket_path(host);
  if (hostaddr.empty() && is_socket) return host.find(',') == host.npos;
  return is_local_name(host.empty() ? hostaddr : host) && !rules_may_apply();
}

}  // namespace pgiam::libpq
