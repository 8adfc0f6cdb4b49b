// The driver behind the shim: psqlODBC, unless another one is named.
#pragma once

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#include <string>

#include "functions.h"

namespace pgiam::odbc {

struct RealDriver {
  // nullptr: the driver has no such function.
#define PGIAM_ODBC_POINTER(name) decltype(&::name) name = nullptr;
  PGIAM_ODBC_OWN(PGIAM_ODBC_POINTER)
  PGIAM_ODBC_WIDE_OWN(PGIAM_ODBC_POINTER)
#undef PGIAM_ODBC_POINTER
  void* library = nullptr;
  std::string file;     // as it was found
  std::string problem;  // why there is none; "" if there is one
};

// Found and loaded at the first call, then the same for ever, also if there is none: handles of one
// driver must not reach another.
//
// Named by, in this order: the environment's PGIAM_DRIVER; PgiamDriver in the section of
// odbcinst.ini that leads to this shim; PgiamDriver of the data sources in odbc.ini that lead to
// it, where all that name one name the same; else psqlODBC, wherever it usually is.
const RealDriver& real_driver();

// Whether this names the driver that is loaded: a file, or the section of odbcinst.ini for it.
bool is_loaded_driver(const std::string& name);

}  // namespace pgiam::odbc
