// How a login failed, in ODBC's words: SQLSTATE, native code, records.
#pragma once

#include <string>
#include <string_view>

#include "diagnostics.h"
#include "pgiam.hpp"
#include "real_driver.h"

namespace pgiam::odbc {

constexpr const char* kRefused = "28000";
constexpr const char* kGeneral = "HY000";
constexpr const char* kNoDriver = "IM003";

// What the real driver says of a connect that failed. `passfile`: ours, which is gone by then.
struct Failure {
  SQLINTEGER native = 0;
  std::string sqlstate = kGeneral, message;
};
Failure failure_of(const RealDriver& driver, SQLHDBC connection, const std::string& passfile);

// Records of our own for the handle, instead of the driver's.
void say(SQLHDBC connection, const char* sqlstate, SQLINTEGER native, std::string_view text);
// Why there was no connect, or no further one.
void say_why_not(SQLHDBC connection, const Error& error);
// What the library makes of a connect that failed. The driver's own records stay where they say it
// all.
void explain(SQLHDBC connection, const Failure& failure, const Error& explained);

}  // namespace pgiam::odbc
