// The user's home, as libpq finds it.
#pragma once

#include <string>

namespace pgiam::host {

// By HOME, or else by the user database, as libpq since PostgreSQL 15; "" where both are silent.
std::string home_folder();

}  // namespace pgiam::host
