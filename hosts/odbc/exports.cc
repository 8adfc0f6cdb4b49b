// The functions in which the shim does something of its own; all others are jumps (trampolines.cc).
// Handles are the real driver's.
#include "connect.h"
#include "diagnostics.h"
#include "real_driver.h"

#define PGIAM_ODBC_EXPORT extern "C" __attribute__((visibility("default")))

namespace pgiam::odbc {
namespace {

// Exceptions end here: our callers are C. Only lack of memory makes one.
template <typename Act>
SQLRETURN guarded(Act act) noexcept {
  try {
    return act();
  } catch (...) {
    return SQL_ERROR;
  }
}

// Without a real driver there still are an environment and a connection, to fail on with a reason:
// a driver manager that gets none tells nobody why.
struct Placeholder {};

// Any other function on a connection: what was said about the call before is outdated.
template <typename Function, typename... Arguments>
SQLRETURN forward(SQLHANDLE handle, Function RealDriver::*function, Arguments... arguments) {
  return guarded([&]() -> SQLRETURN {
    forget_diagnostics(handle);
    const RealDriver& driver = real_driver();
    if (driver.*function) return (driver.*function)(arguments...);
    return driver.library ? SQL_ERROR : SQL_SUCCESS;  // settings of what will fail to connect
  });
}

// A record of ours, or the driver's. `number` counts from 1.
template <typename Char, typename Function>
SQLRETURN get_diag_rec(Function RealDriver::*function, SQLSMALLINT kind, SQLHANDLE handle,
                       SQLSMALLINT number, Char* sqlstate, SQLINTEGER* native, Char* message,
                       SQLSMALLINT room, SQLSMALLINT* length) {
  const RealDriver& driver = real_driver();
  const auto ours = diagnostics_of(kind, handle);
  const auto count = static_cast<SQLSMALLINT>(ours ? ours->messages.size() : 0);
  if (!ours || (number > count && !ours->replace_drivers)) {
    if (!(driver.*function)) return SQL_NO_DATA;
    return (driver.*function)(kind, handle, static_cast<SQLSMALLINT>(number - count), sqlstate,
                              native, message, room, length);
  }
  if (number < 1 || room < 0) return SQL_ERROR;
  if (number > count) return SQL_NO_DATA;
  const DriverText<Char> text(ours->messages[static_cast<std::size_t>(number) - 1]);
  DriverText<Char>(ours->sqlstate).copy_to(sqlstate, 6);
  if (native) *native = ours->native;
  if (length) *length = text.short_length();
  return text.copy_to(message, room) ? SQL_SUCCESS : SQL_SUCCESS_WITH_INFO;
}

// The field of a record of ours; nullptr: there is no such text.
const char* text_field(const Diagnostics& ours, SQLSMALLINT number, SQLSMALLINT field) {
  switch (field) {
    case SQL_DIAG_SQLSTATE: return ours.sqlstate.c_str();
    case SQL_DIAG_MESSAGE_TEXT: return ours.messages[static_cast<std::size_t>(number) - 1].c_str();
    case SQL_DIAG_CLASS_ORIGIN: return ours.sqlstate.starts_with("IM") ? "ODBC 3.0" : "ISO 9075";
    case SQL_DIAG_SUBCLASS_ORIGIN: return "ISO 9075";
    case SQL_DIAG_CONNECTION_NAME:
    case SQL_DIAG_SERVER_NAME: return "";
    default: return nullptr;
  }
}

// `room` and `length` are in bytes here, for wide characters too.
template <typename Char, typename Function>
SQLRETURN get_diag_field(Function RealDriver::*function, SQLSMALLINT kind, SQLHANDLE handle,
                         SQLSMALLINT number, SQLSMALLINT field, SQLPOINTER value, SQLSMALLINT room,
                         SQLSMALLINT* length) {
  const RealDriver& driver = real_driver();
  const auto ours = diagnostics_of(kind, handle);
  const auto count = static_cast<SQLSMALLINT>(ours ? ours->messages.size() : 0);
  const bool theirs = !ours || (number > count && !ours->replace_drivers);
  if (theirs) {
    if (!(driver.*function)) return SQL_NO_DATA;
    return (driver.*function)(kind, handle, static_cast<SQLSMALLINT>(number - count), field, value,
                              room, length);
  }
  const auto set_number = [&](auto n) {
    if (value) *static_cast<decltype(n)*>(value) = n;
    return SQL_SUCCESS;
  };
  if (field == SQL_DIAG_NUMBER) return set_number(static_cast<SQLINTEGER>(count));
  if (field == SQL_DIAG_RETURNCODE) return set_number(ours->result);
  if (number < 1) return SQL_ERROR;
  if (number > count) return SQL_NO_DATA;
  if (field == SQL_DIAG_NATIVE) return set_number(ours->native);
  const char* found = text_field(*ours, number, field);
  if (!found) return SQL_ERROR;
  const DriverText<Char> text(found);
  constexpr auto kSize = static_cast<SQLSMALLINT>(sizeof(Char));
  if (length) *length = static_cast<SQLSMALLINT>(text.short_length() * kSize);
  return text.copy_to(static_cast<Char*>(value), room / kSize) ? SQL_SUCCESS : SQL_SUCCESS_WITH_INFO;
}

}  // namespace
}  // namespace pgiam::odbc

using namespace pgiam::odbc;

PGIAM_ODBC_EXPORT SQLRETURN SQLAllocHandle(SQLSMALLINT kind, SQLHANDLE parent, SQLHANDLE* handle) {
  return guarded([&]() -> SQLRETURN {
    forget_diagnostics(parent);
    const RealDriver& driver = real_driver();
    if (driver.library) return driver.SQLAllocHandle(kind, parent, handle);
    if (kind != SQL_HANDLE_ENV && kind != SQL_HANDLE_DBC) return SQL_ERROR;
    *handle = new Placeholder;
    return SQL_SUCCESS;
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLFreeHandle(SQLSMALLINT kind, SQLHANDLE handle) {
  return guarded([&]() -> SQLRETURN {
    forget_diagnostics(handle);
    const RealDriver& driver = real_driver();
    if (driver.library) return driver.SQLFreeHandle(kind, handle);
    delete static_cast<Placeholder*>(handle);
    return SQL_SUCCESS;
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLConnect(SQLHDBC connection, SQLCHAR* dsn, SQLSMALLINT dsn_length,
                                       SQLCHAR* user, SQLSMALLINT user_length, SQLCHAR* password,
                                       SQLSMALLINT password_length) {
  return guarded([&] {
    forget_diagnostics(connection);
    return connect(&RealDriver::SQLConnect, &RealDriver::SQLDriverConnect, connection, dsn,
                   dsn_length, user, user_length, password, password_length);
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLDriverConnect(SQLHDBC connection, SQLHWND window, SQLCHAR* in,
                                             SQLSMALLINT in_length, SQLCHAR* out,
                                             SQLSMALLINT out_room, SQLSMALLINT* out_length,
                                             SQLUSMALLINT completion) {
  return guarded([&] {
    forget_diagnostics(connection);
    return driver_connect(&RealDriver::SQLDriverConnect, connection, window, in, in_length, out,
                          out_room, out_length, completion);
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLGetDiagRec(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT number,
                                          SQLCHAR* sqlstate, SQLINTEGER* native, SQLCHAR* message,
                                          SQLSMALLINT room, SQLSMALLINT* length) {
  return guarded([&] {
    return get_diag_rec(&RealDriver::SQLGetDiagRec, kind, handle, number, sqlstate, native, message,
                        room, length);
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLGetDiagField(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT number,
                                            SQLSMALLINT field, SQLPOINTER value, SQLSMALLINT room,
                                            SQLSMALLINT* length) {
  return guarded([&] {
    return get_diag_field<SQLCHAR>(&RealDriver::SQLGetDiagField, kind, handle, number, field, value,
                                   room, length);
  });
}

#define PGIAM_ODBC_FORWARD(name, handle, parameters, ...)          \
  PGIAM_ODBC_EXPORT SQLRETURN name parameters {                    \
    return forward(handle, &RealDriver::name, __VA_ARGS__);        \
  }

PGIAM_ODBC_FORWARD(SQLSetEnvAttr, e, (SQLHENV e, SQLINTEGER a, SQLPOINTER v, SQLINTEGER n), e, a, v, n)
PGIAM_ODBC_FORWARD(SQLDisconnect, c, (SQLHDBC c), c)
PGIAM_ODBC_FORWARD(SQLEndTran, h, (SQLSMALLINT k, SQLHANDLE h, SQLSMALLINT t), k, h, t)
PGIAM_ODBC_FORWARD(SQLGetFunctions, c, (SQLHDBC c, SQLUSMALLINT f, SQLUSMALLINT* s), c, f, s)
PGIAM_ODBC_FORWARD(SQLGetInfo, c,
                   (SQLHDBC c, SQLUSMALLINT t, SQLPOINTER v, SQLSMALLINT n, SQLSMALLINT* l),
                   c, t, v, n, l)
PGIAM_ODBC_FORWARD(SQLGetConnectAttr, c,
                   (SQLHDBC c, SQLINTEGER a, SQLPOINTER v, SQLINTEGER n, SQLINTEGER* l),
                   c, a, v, n, l)
PGIAM_ODBC_FORWARD(SQLSetConnectAttr, c, (SQLHDBC c, SQLINTEGER a, SQLPOINTER v, SQLINTEGER n),
                   c, a, v, n)
PGIAM_ODBC_FORWARD(SQLNativeSql, c,
                   (SQLHDBC c, SQLCHAR* i, SQLINTEGER n, SQLCHAR* o, SQLINTEGER m, SQLINTEGER* l),
                   c, i, n, o, m, l)
PGIAM_ODBC_FORWARD(SQLBrowseConnect, c,
                   (SQLHDBC c, SQLCHAR* i, SQLSMALLINT n, SQLCHAR* o, SQLSMALLINT m,
                    SQLSMALLINT* l),
                   c, i, n, o, m, l)

#ifdef PGIAM_ODBC_WIDE

PGIAM_ODBC_EXPORT SQLRETURN SQLConnectW(SQLHDBC connection, SQLWCHAR* dsn, SQLSMALLINT dsn_length,
                                        SQLWCHAR* user, SQLSMALLINT user_length,
                                        SQLWCHAR* password, SQLSMALLINT password_length) {
  return guarded([&] {
    forget_diagnostics(connection);
    return connect(&RealDriver::SQLConnectW, &RealDriver::SQLDriverConnectW, connection, dsn,
                   dsn_length, user, user_length, password, password_length);
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLDriverConnectW(SQLHDBC connection, SQLHWND window, SQLWCHAR* in,
                                              SQLSMALLINT in_length, SQLWCHAR* out,
                                              SQLSMALLINT out_room, SQLSMALLINT* out_length,
                                              SQLUSMALLINT completion) {
  return guarded([&] {
    forget_diagnostics(connection);
    return driver_connect(&RealDriver::SQLDriverConnectW, connection, window, in, in_length, out,
                          out_room, out_length, completion);
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLGetDiagRecW(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT number,
                                           SQLWCHAR* sqlstate, SQLINTEGER* native,
                                           SQLWCHAR* message, SQLSMALLINT room,
                                           SQLSMALLINT* length) {
  return guarded([&] {
    return get_diag_rec(&RealDriver::SQLGetDiagRecW, kind, handle, number, sqlstate, native,
                        message, room, length);
  });
}

PGIAM_ODBC_EXPORT SQLRETURN SQLGetDiagFieldW(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT number,
                                             SQLSMALLINT field, SQLPOINTER value, SQLSMALLINT room,
                                             SQLSMALLINT* length) {
  return guarded([&] {
    return get_diag_field<SQLWCHAR>(&RealDriver::SQLGetDiagFieldW, kind, handle, number, field,
                                    value, room, length);
  });
}

PGIAM_ODBC_FORWARD(SQLGetInfoW, c,
                   (SQLHDBC c, SQLUSMALLINT t, SQLPOINTER v, SQLSMALLINT n, SQLSMALLINT* l),
                   c, t, v, n, l)
PGIAM_ODBC_FORWARD(SQLGetConnectAttrW, c,
                   (SQLHDBC c, SQLINTEGER a, SQLPOINTER v, SQLINTEGER n, SQLINTEGER* l),
                   c, a, v, n, l)
PGIAM_ODBC_FORWARD(SQLSetConnectAttrW, c, (SQLHDBC c, SQLINTEGER a, SQLPOINTER v, SQLINTEGER n),
                   c, a, v, n)
PGIAM_ODBC_FORWARD(SQLNativeSqlW, c,
                   (SQLHDBC c, SQLWCHAR* i, SQLINTEGER n, SQLWCHAR* o, SQLINTEGER m, SQLINTEGER* l),
                   c, i, n, o, m, l)
PGIAM_ODBC_FORWARD(SQLBrowseConnectW, c,
                   (SQLHDBC c, SQLWCHAR* i, SQLSMALLINT n, SQLWCHAR* o, SQLSMALLINT m,
                    SQLSMALLINT* l),
                   c, i, n, o, m, l)

#endif
