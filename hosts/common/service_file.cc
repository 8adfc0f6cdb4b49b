#include "service_file.h"

#include <stdlib.h>

#include <fstream>
#include <optional>

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

}  // namespace

bool service_sets(const std::string& service, std::string_view keyword) {
  std::string own = variable("PGSERVICEFILE");
  if (own.empty()) own = variable("HOME") + "/.pg_service.conf";
  std::string system = variable("PGSYSCONFDIR");
  if (system.empty()) system = PGIAM_LIBPQ_SYSCONFDIR;
  for (const std::string& path : {own, system + "/pg_service.conf"}) {
    if (const std::optional<bool> is_set = file_sets(path, service, keyword)) return *is_set;
  }
  return false;
}

}  // namespace pgiam::host
