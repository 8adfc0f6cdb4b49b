#include "home.h"

#include <stdlib.h>

#include "base/user_database.h"

namespace pgiam::host {

std::string home_folder() {
  const char* home = getenv("HOME");
  return home && *home ? home : home_of_user();
}

}  // namespace pgiam::host
