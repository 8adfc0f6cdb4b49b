// JDBC URLs, which people have at hand: jdbc:postgresql://host:port/database?user=…, jdbc:pgiam:.
#pragma once

#include "command.h"

namespace pgiam::cli {

// Where the one CONNINFO is a JDBC URL: puts libpq's words in its place, and its pgiam.…
// parameters before the options of the command line, which win. Parameters that only pgjdbc knows
// are left out. Throws UsageError, which quotes no value.
void accept_jdbc_url(Arguments& arguments);

}  // namespace pgiam::cli
