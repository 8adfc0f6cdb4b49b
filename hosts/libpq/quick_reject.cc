#include "quick_reject.h"

#include <stdlib.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "configuration.h"

namespace pgiam::libpq {

using host::force_may_apply;
using host::is_connection_string;
using host::is_socket_path;
using host::is_uri;
using host::looks_like_token;
using host::Parameters;
using host::rules_may_apply;

namespace {

using Text = std::string_view;
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

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// What stands before the first character that is an end, which stays.
template <typename IsEnd>
Text take_until(Text& rest, IsEnd is_end) {
  const auto end = std::find_if(rest.begin(), rest.end(), is_end);
  const Text taken = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(taken.size());
  return taken;
}

void skip_blanks(Text& rest) {
  take_until(rest, [](char c) { return !is_blank(c); });
}

// key = value, key = 'value'. False: it holds escapes, or what libpq will refuse.
bool read_pairs(Text rest, Seen& seen) {
  if (rest.find('\\') != rest.npos) return false;
  for (skip_blanks(rest); !rest.empty(); skip_blanks(rest)) {
    const Text keyword = take_until(rest, [](char c) { return c == '=' || is_blank(c); });
    skip_blanks(rest);
    if (!rest.starts_with('=')) return false;
    rest.remove_prefix(1);
    skip_blanks(rest);
    const bool is_quoted = rest.starts_with('\'');
    if (is_quoted) rest.remove_prefix(1);
    const auto is_end = [&](char c) { return is_quoted ? c == '\'' : is_blank(c); };
    seen.take(keyword, take_until(rest, is_end));
    if (is_quoted && rest.empty()) return false;
    if (is_quoted) rest.remove_prefix(1);
  }
  return true;
}

// scheme://user:password@host:port/… False: anything that is not as plain.
bool read_uri(Text rest, Seen& seen) {
  rest.remove_prefix(rest.find("://") + 3);
  if (rest.find('?') != rest.npos || rest.find('[') != rest.npos) return false;
  Text authority = take_until(rest, [](char c) { return c == '/'; });
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

bool quick_reject(const Parameters& given) {
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
