#include "connect.h"

#include <algorithm>

namespace pgiam::odbc {

SQLRETURN say_no_driver(SQLHDBC connection, const RealDriver& driver) {
  Diagnostics diagnostics;
  diagnostics.say("IM003", 0, driver.problem);
  keep_diagnostics(connection, std::move(diagnostics));
  return SQL_ERROR;
}

SQLRETURN say_cut(SQLHDBC connection) {
  Diagnostics diagnostics;
  diagnostics.result = SQL_SUCCESS_WITH_INFO;
  diagnostics.replace_drivers = false;
  diagnostics.say("01004", 0, "the returned connection string was cut: the buffer is too small");
  keep_diagnostics(connection, std::move(diagnostics));
  return SQL_SUCCESS_WITH_INFO;
}

bool is_to_be_rewritten(const ConnectionString& given) {
  const auto& pairs = given.pairs();
  return given.has_repeats() || std::any_of(pairs.begin(), pairs.end(), [](const auto& pair) {
           return is_ours(pair.key);
         });
}

host::SecretText rewritten(const ConnectionString& given) {
  host::SecretText string;
  for (const ConnectionString::Pair& pair : given.pairs()) {
    if (!is_ours(pair.key)) append_pair(string, pair.key, pair.raw.view());
  }
  return string;
}

host::SecretText string_to_return(const host::SecretText& text, const ConnectionString& given,
                                  const Login& login) {
  if (!login.replaced_password) return host::SecretText(text.view());
  host::SecretText rest;
  for (const ConnectionString::Pair& pair : given.pairs()) {
    if (!same_key(pair.key, "PWD") && !same_key(pair.key, "Password"))
      append_pair(rest, pair.key, pair.raw.view());
  }
  return rest;
}

}  // namespace pgiam::odbc
