#include "driver_string.h"

#include <algorithm>
#include <string_view>

#include "parameters.h"

namespace pgiam::odbc {

using host::SecretText;

namespace {

// What psqlODBC takes as it stands, without braces, which it does not undo for these keys.
bool is_plain(std::string_view value) {
  return value.find(';') == value.npos && !value.starts_with('{');
}

// Longer ones psqlODBC cuts in silence.
bool has_room(std::string_view keyword, std::string_view value) {
  return value.size() < (keyword == "port" ? 10 : 256);
}

bool is_secret(std::string_view keyword) { return keyword == "password" || keyword == "passfile"; }

bool is_set(const std::vector<pgiam_param>& settings, std::string_view keyword) {
  return std::any_of(settings.begin(), settings.end(),
                     [&](const pgiam_param& setting) { return setting.key == keyword; });
}

// Puts a value where psqlODBC reads it; what it cannot read goes to libpq past it.
void append_value(SecretText& string, SecretText& more, std::string_view keyword,
                  std::string_view value) {
  const char* key = key_of(keyword);
  if (key && is_plain(value) && has_room(keyword, value)) {
    append_pair(string, key, value);
  } else {
    if (key) append_pair(string, key, "");  // a data source's would contradict
    host::append_quoted(more, keyword, value);
  }
}

}  // namespace

SecretText make_string(const ConnectionString& given, const OdbcTarget& target,
                       const std::vector<pgiam_param>& settings,
                       const PasswordParameters& passwords) {
  SecretText string, more;
  for (const ConnectionString::Pair& pair : given.pairs()) {
    const bool would_log = same_key(pair.key, "CommLog") || same_key(pair.key, "Debug") ||
                           same_key(pair.key, "B2") || same_key(pair.key, "B3");
    if (is_ours(pair.key) || is_rewritten(pair.key) || (passwords.password && would_log)) continue;
    const bool is_name = same_key(pair.key, "DSN") && is_plain(pair.value.view());
    append_pair(string, pair.key, is_name ? pair.value.view() : pair.raw.view());
  }
  for (const auto& [keyword, value] : target.keywords) {
    if (!is_secret(keyword) && !is_set(settings, keyword))
      append_value(string, more, keyword, value.view());
  }
  for (const pgiam_param& setting : settings)
    append_value(string, more, setting.key, setting.value);
  if (passwords.password) {
    append_pair(string, "PWD", braced(passwords.password).view());
    string.append("CommLog=0;Debug=0;");
  } else {
    host::append_quoted(more, "passfile", passwords.passfile);
  }
  append_pair(string, "pqopt", braced(more.view()).view());
  return string;
}

}  // namespace pgiam::odbc
