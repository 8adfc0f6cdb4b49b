// A running PgBouncer, which reads its userlist when it starts and when it is told to.
#pragma once

#include <string>

namespace pgiam::keeper {

// Tells the PgBouncer of that pidfile to read its files again, as RELOAD does; nothing where none
// runs. Throws FileError where it may not be told.
void reload_pgbouncer(const std::string& pidfile);

}  // namespace pgiam::keeper
