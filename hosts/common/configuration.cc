#include "configuration.h"

#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <string>

#include "file_stamp.h"
#include "plugin.h"

namespace pgiam::host {
namespace {

bool is_set(const char* variable) {
  const char* value = getenv(variable);
  return value && *value;
}

// Whether the test holds for any of the files in which the plugin looks; which of them counts is
// the plugin's own business.
template <typename Test>
bool any_file(Test test) {
  if (is_set("PGIAM_CONFIG")) return test(getenv("PGIAM_CONFIG"));
  if (is_set("XDG_CONFIG_HOME") &&
      test(std::string(getenv("XDG_CONFIG_HOME")) + "/pgiam/pgiam.conf")) {
    return true;
  }
  if (is_set("HOME") && test(std::string(getenv("HOME")) + "/.config/pgiam/pgiam.conf")) {
    return true;
  }
  return test("/etc/pgiam.conf");
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
  return is_set("PGIAM_SIGNING_HOST") || is_set("PGIAM_TARGET") || is_set("PGIAM_CONFIG") ||
         is_set("PGIAM_PASSWORD_FILE") || is_set("PGIAM_PGPASS") || any_file(is_there);
}

bool force_may_apply() { return is_on("PGIAM_FORCE") || any_file(speaks_of_force); }

std::string configuration_file() {
  std::string file;
  any_file([&](const std::string& path) {
    if (is_there(path)) file = path;
    return !file.empty();
  });
  return file;
}

}  // namespace pgiam::host
