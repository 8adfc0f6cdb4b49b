// What the system's user database says of whoever runs this process. Includes nothing of the core:
// hosts share it.
#pragma once

#include <string>

namespace pgiam {

// By the effective user, as libpq has it; "" where the database does not know.
std::string name_of_user();
// Whatever HOME says.
std::string home_of_user();

}  // namespace pgiam
