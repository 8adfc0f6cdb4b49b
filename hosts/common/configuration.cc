#include "configuration.h"

#include <stdlib.h>
#include <sys/auxv.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/configuration_files.h"
#include "file_stamp.h"
#include "home.h"
#include "plugin.h"

namespace pgiam::host {
namespace {

// Blank counts as unset, and all does in a program with rights that its caller lacks: as in the plugin.
bool is_set(const char* variable) {
  const char* value = secure_getenv(variable);
  return value && value[strspn(value, " \t\r\n")] != '\0';
}

// Which of them counts is the plugin's own business.
std::vector<std::string> files() {
  const auto variable = [](const char* name) -> std::string {
    return is_set(name) ? secure_getenv(name) : "";
  };
  const auto home = []() -> std::string { return getauxval(AT_SECURE) ? "" : home_folder(); };
  return configuration_files(variable, home);
}

template <typename Test>
bool any_file(Test test) {
  const std::vector<std::string> all = files();
  return std::any_of(all.begin(), all.end(), test);
}

bool is_there(const std::string& path) { return FileStamp(path.c_str()).is_there; }

bool speaks_of_force(const std::string& path) {
  struct Seen {
    FileStamp stamp;
    bool answer = false;
  };
  thread_local Seen last;  // no lock, which the child of a fork could inherit locked

  const FileStamp stamp(path.c_str());
  if (!stamp.is_there) return false;
  if (stamp == last.stamp && !stamp.is_fresh()) return last.answer;
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  last = {stamp, text.find("force") != text.npos};
  return last.answer;
}

}  // namespace

bool rules_may_apply() {
  return std::any_of(std::begin(kEndpointVariables), std::end(kEndpointVariables), is_set) ||
         any_file(is_there);
}

bool force_may_apply() { return is_on("PGIAM_FORCE") || any_file(speaks_of_force); }

std::string configuration_file() {
  const std::vector<std::string> all = files();
  const auto found = std::find_if(all.begin(), all.end(), is_there);
  return found == all.end() ? "" : *found;
}

}  // namespace pgiam::host
