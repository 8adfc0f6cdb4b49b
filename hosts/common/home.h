// The user's home, as libpq finds it.
#pragma once

#include <string>

namespace pgiam::host {

// By the user database; "" where that is silent.
std::string home_of_user();
// By HOME, or else by the user database, as libpq since PostgreSQL 15.
std::string home_folder();

}  // namespace pgiam::host
