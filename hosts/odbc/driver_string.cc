#include "driver_string.h"

#include <string_view>

#include "parameters.h"

namespace pgiam::odbc {

using host::SecretText;

namespace {

// What psqlODBC takes as it stands, without braces, which it does not undo for these keys.
bool is_plain(std::string_view value) {
  return value.find(';') == value.npos && !value.starts_with('{');
}

// Puts a value where psqlODBC reads it; what it cannot read goes to libpq past it.
void append_value(SecretText& string, SecretText& more, const char* key, const char* keyword,
                  const SecretText& value) {
  if (value.empty()) return;
  if (is_plain(value.view())) {
    append_pair(string, key, value.view());
  } else {
    host::append_quoted(more, keyword, value.view());
  }
}

// libpq has one for all hosts of a list.
std::string strictest_sslmode(const Target& target, const std::vector<HostAttempt>& attempts) {
  std::string strictest;
  for (const HostAttempt& attempt : attempts) {
    const char* mode = attempt.token.param("sslmode");
    if (mode && (strictest.empty() || host::strictness(mode) > host::strictness(strictest)))
      strictest = mode;
  }
  return strictest.empty() ? target.sslmode : strictest;
}

// What a token needs beside itself and sslmode, over what the user said, but for a CA of theirs.
void append_settings(SecretText& more, const Target& target,
                     const std::vector<HostAttempt>& attempts) {
  for (const HostAttempt& attempt : attempts) {
    for (const pgiam_param& param : attempt.token.params()) {
      const std::string_view key = param.key;
      if (key == "password" || key == "sslmode") continue;
      if (key == "sslrootcert" && target.find_more(key)) continue;
      host::append_quoted(more, key, param.value);
    }
  }
}

}  // namespace

SecretText make_string(const ConnectionString& given, const Target& target,
                       const std::vector<HostAttempt>& attempts, const std::string& passfile,
                       const char* password) {
  SecretText string, more;
  for (const ConnectionString::Pair& pair : given.pairs()) {
    const bool would_log = same_key(pair.key, "CommLog") || same_key(pair.key, "Debug") ||
                           same_key(pair.key, "B2") || same_key(pair.key, "B3");
    if (is_ours(pair.key) || is_rewritten(pair.key) || (password && would_log)) continue;
    const bool is_name = same_key(pair.key, "DSN") && is_plain(pair.value.view());
    append_pair(string, pair.key, is_name ? pair.value.view() : pair.raw.view());
  }
  append_value(string, more, "Servername", "host", target.host);
  append_value(string, more, "Port", "port", target.port);
  append_value(string, more, "UID", "user", target.user);
  append_value(string, more, "Database", "dbname", target.dbname);

  const std::string sslmode = strictest_sslmode(target, attempts);
  if (!sslmode.empty()) append_pair(string, "SSLmode", sslmode);

  for (const auto& [keyword, value] : target.more) {
    if (keyword != "passfile") host::append_quoted(more, keyword, value.view());
  }
  append_settings(more, target, attempts);
  if (password) {
    append_pair(string, "PWD", braced(password).view());
    string.append("CommLog=0;Debug=0;");
  } else {
    host::append_quoted(more, "passfile", passfile);
  }
  append_pair(string, "pqopt", braced(more.view()).view());
  return string;
}

}  // namespace pgiam::odbc
