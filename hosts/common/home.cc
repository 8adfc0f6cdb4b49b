#include "home.h"

#include <stdlib.h>

#include "base/user_database.h"

namespace pgiam::host {

std::string home_folder() {
  const char* home = getenv("HOME");
  return home && *home ? home : home_of_user();
}

std::string file_at_home(std::string_view name) {
  const std::string home = home_folder();
  return home.empty() ? home : home + '/' + std::string(name);
}

std::string default_password_file() {
  const char* file = getenv("PGPASSFILE");
  return file && *file ? file : file_at_home(".pgpass");
}

}  // namespace pgiam::host
