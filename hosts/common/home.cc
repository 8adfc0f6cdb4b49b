#include "home.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

namespace pgiam::host {

std::string home_of_user() {
  passwd entry;
  passwd* found = nullptr;
  char texts[4096];
  const int failure = getpwuid_r(geteuid(), &entry, texts, sizeof texts, &found);
  return failure == 0 && found ? found->pw_dir : "";
}

std::string home_folder() {
  const char* home = getenv("HOME");
  return home && *home ? home : home_of_user();
}

}  // namespace pgiam::host
