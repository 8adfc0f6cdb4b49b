// The user's home, as libpq finds it.
#pragma once

#include <string>
#include <string_view>

namespace pgiam::host {

// By HOME, or else by the user database, as libpq since PostgreSQL 15; "" where both are silent.
std::string home_folder();
// A file in it: ".pgpass"; "" where there is no home.
std::string file_at_home(std::string_view name);
// Where libpq looks for passwords unless it is told otherwise: PGPASSFILE's file, else ~/.pgpass (its
// documentation, "The Password File"); "" where there is neither.
std::string default_password_file();

}  // namespace pgiam::host
