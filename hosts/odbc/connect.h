// SQLConnect and SQLDriverConnect for both kinds of characters.
#pragma once

#include "login.h"
#include "odbc_target.h"
#include "wide.h"

namespace pgiam::odbc {

SQLRETURN say_no_driver(SQLHDBC connection, const RealDriver& driver);
// 01004: the caller's buffer did not hold the string.
SQLRETURN say_cut(SQLHDBC connection);
// For a connection that is not ours: whether the real driver should see another string than the
// caller's, and which: without our keys, and each key once.
bool is_to_be_rewritten(const ConnectionString& given);
host::SecretText rewritten(const ConnectionString& given);
// The caller's own string, but never a password that was replaced.
host::SecretText string_to_return(const host::SecretText& text, const ConnectionString& given,
                                  const Login& login);

// `function` is the real one.
template <typename Char, typename Function>
SQLRETURN driver_connect(Function RealDriver::*function, SQLHDBC connection, SQLHWND window,
                         Char* in, SQLSMALLINT in_length, Char* out, SQLSMALLINT out_room,
                         SQLSMALLINT* out_length, SQLUSMALLINT completion) {
  const RealDriver& driver = real_driver();
  if (!driver.library) return say_no_driver(connection, driver);
  const auto untouched = [&] {
    return (driver.*function)(connection, window, in, in_length, out, out_room, out_length,
                              completion);
  };
  const host::SecretText text = to_text(in, in_length);
  const std::optional<ConnectionString> given = ConnectionString::parse(text.view());
  if (!given) return untouched();

  LoginCalls calls;
  calls.as_if_absent = [&] {
    if (!is_to_be_rewritten(*given)) return untouched();
    DriverText<Char> string(rewritten(*given).view());
    return (driver.*function)(connection, window, string.get(), SQL_NTS, out, out_room, out_length,
                              completion);
  };
  calls.with_string = [&](std::string_view utf8) {
    DriverText<Char> string(utf8);
    return (driver.*function)(connection, window, string.get(), SQL_NTS, nullptr, 0, nullptr,
                              completion);
  };
  const Login login = log_in(driver, connection, *given, calls);
  if (!login.ours) return login.result;
  const DriverText<Char> returned(string_to_return(text, *given, login).view());
  if (out_length) *out_length = returned.short_length();
  return returned.copy_to(out, out_room) ? login.result : say_cut(connection);
}

// `with_string` is the real SQLDriverConnect: what it takes is what we need to add.
template <typename Char, typename Function, typename StringFunction>
SQLRETURN connect(Function RealDriver::*function, StringFunction RealDriver::*with_string,
                  SQLHDBC connection, Char* dsn, SQLSMALLINT dsn_length, Char* user,
                  SQLSMALLINT user_length, Char* password, SQLSMALLINT password_length) {
  const RealDriver& driver = real_driver();
  if (!driver.library) return say_no_driver(connection, driver);
  ConnectionString given;
  const auto add = [&](const char* key, const host::SecretText& value) {
    if (!value.empty()) given.add(key, value.view(), braced(value.view()).view());
  };
  add("DSN", to_text(dsn, dsn_length));
  add("UID", to_text(user, user_length));
  add("PWD", to_text(password, password_length));

  LoginCalls calls;
  calls.as_if_absent = [&] {
    return (driver.*function)(connection, dsn, dsn_length, user, user_length, password,
                              password_length);
  };
  calls.with_string = [&](std::string_view utf8) {
    DriverText<Char> string(utf8);
    return (driver.*with_string)(connection, nullptr, string.get(), SQL_NTS, nullptr, 0, nullptr,
                                 SQL_DRIVER_NOPROMPT);
  };
  return log_in(driver, connection, given, calls).result;
}

}  // namespace pgiam::odbc
