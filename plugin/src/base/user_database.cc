#include "base/user_database.h"

#include <pwd.h>
#include <unistd.h>

namespace pgiam {
namespace {

std::string look_up(char* passwd::*field) {
  passwd entry{};
  passwd* found = nullptr;
  char texts[4096];
  const int failure = getpwuid_r(geteuid(), &entry, texts, sizeof texts, &found);
  const char* text = failure == 0 && found != nullptr ? found->*field : nullptr;
  return text != nullptr ? text : "";
}

}  // namespace

std::string name_of_user() { return look_up(&passwd::pw_name); }
std::string home_of_user() { return look_up(&passwd::pw_dir); }

}  // namespace pgiam
