// Diagnostic records of our own. A connection handle that has some answers SQLGetDiagRec with them,
// and with the real driver's after them unless they replace it.
#pragma once

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pgiam::odbc {

struct Diagnostics {
  SQLRETURN result = SQL_ERROR;  // of the call that they are about
  std::string sqlstate;
  SQLINTEGER native = 0;
  std::vector<std::string> messages;  // a record each
  bool replace_drivers = true;

  // The text is spread over as many records as it needs: unixODBC cuts a message at 511 bytes, its own
  // "[unixODBC]" among them.
  void say(const char* state, SQLINTEGER native_code, std::string_view text);
};

// Forgets what was said about the handle, as every call on it does. Costs nothing while there is
// nothing to forget.
void forget_diagnostics(SQLHANDLE handle);
void keep_diagnostics(SQLHANDLE handle, Diagnostics diagnostics);
// nullptr: there are none.
std::shared_ptr<const Diagnostics> diagnostics_of(SQLSMALLINT kind, SQLHANDLE handle);

}  // namespace pgiam::odbc
