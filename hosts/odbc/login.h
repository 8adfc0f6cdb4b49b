// A new connection: find out what the real driver would do, get tokens for the hosts that are ours,
// let it connect with them.
#pragma once

#include <functional>

#include "odbc_string.h"
#include "diagnostics.h"
#include "real_driver.h"

namespace pgiam::odbc {

struct LoginCalls {
  // What the program called, untouched: for connections that are not ours.
  std::function<SQLRETURN()> as_if_absent;
  // SQLDriverConnect with this string, and no string returned.
  std::function<SQLRETURN(std::string_view)> with_string;
};

struct Login {
  SQLRETURN result = SQL_ERROR;
  bool ours = false;               // with_string has made the connection
  bool replaced_password = false;  // the caller's string holds one that was not used
};

// Records of what failed are kept for the handle.
Login log_in(const RealDriver& driver, SQLHDBC connection, const ConnectionString& given,
             const LoginCalls& calls);

}  // namespace pgiam::odbc
