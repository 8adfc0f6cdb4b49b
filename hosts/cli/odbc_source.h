// ODBC's connection strings and data sources, which people have at hand: "Driver=…;Server=…;UID=…",
// "DSN=orders".
#pragma once

#include "command.h"

namespace pgiam::cli {

// Where the one CONNINFO is one: puts libpq's words in its place, as psqlODBC would give them to
// libpq, and its Pgiam… keys before the options of the command line, which win. Keys that only
// psqlODBC knows are left out. Throws UsageError, which quotes no value.
void accept_odbc_string(Arguments& arguments);

}  // namespace pgiam::cli
