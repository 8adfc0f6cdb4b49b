#include "service_file.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <vector>

namespace pgiam::host {
namespace {

std::string_view trim(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

// nullopt: the file does not have the service.
std::optional<bool> file_sets(const std::string& path, const std::string& service,
                              std::string_view keyword) {
  const std::string header = "[" + service + "]";
  std::ifstream file(path);
  bool is_inside = false, is_set = false;
  for (std::string raw; std::getline(file, raw);) {
    const std::string_view line = trim(raw);
    if (line.starts_with('[')) {
      if (is_inside) break;
      is_inside = line.starts_with(header);
    } else if (is_inside && line.substr(0, line.find('=')) == keyword) {
      is_set = true;
    }
  }
  if (!is_inside) return std::nullopt;
  return is_set;
}

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

// By the user database; "" where that is silent.
std::string home_of_user() {
  passwd entry;
  passwd* found = nullptr;
  char texts[4096];
  const int failure = getpwuid_r(geteuid(), &entry, texts, sizeof texts, &found);
  return failure == 0 && found ? found->pw_dir : "";
}

// libpq 15 and later go by HOME, those before by the user database; both are the same as a rule.
std::vector<std::string> own_files() {
  const std::string named = variable("PGSERVICEFILE");
  if (!named.empty()) return {named};
  std::vector<std::string> files;
  for (const std::string& home : {variable("HOME"), home_of_user()}) {
    if (!home.empty()) files.push_back(home + "/.pg_service.conf");
  }
  return files;
}

std::string system_file() {
  const std::string folder = variable("PGSYSCONFDIR");
  return (folder.empty() ? PGIAM_LIBPQ_SYSCONFDIR : folder) + "/pg_service.conf";
}

}  // namespace

bool service_sets(const std::string& service, std::string_view keyword) {
  std::vector<std::string> files = own_files();
  files.push_back(system_file());
  for (const std::string& path : files) {
    if (const std::optional<bool> is_set = file_sets(path, service, keyword)) return *is_set;
  }
  return false;
}

}  // namespace pgiam::host
