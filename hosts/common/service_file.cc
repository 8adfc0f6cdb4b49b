#include "service_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/conninfo_keywords.h"
#include "base/user_database.h"
#include "home.h"

namespace pgiam::host {
namespace {

constexpr std::size_t kLineRoom = 1024;  // libpq's

std::string_view trim(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

struct Reading {
  bool is_found = false;
  Service service;
};

// One line of the section that is wanted. "" or what is wrong with it.
std::string take_line(std::string_view line, const std::string& place, Service& service) {
  const std::size_t equals = line.find('=');
  const std::string_view keyword = line.substr(0, equals);
  if (line.starts_with("ldap"))
    return "the service is looked up by LDAP, which only libpq does: service file " + place;
  if (equals == line.npos) return "syntax error in service file " + place;
  if (keyword == "service" || keyword == "servicefile")
    return "nested service specifications not supported in service file " + place;
  if (!find_conninfo_keyword(keyword)) return "syntax error in service file " + place;
  service.values.push_back({std::string(keyword), SecretText(line.substr(equals + 1))});
  return "";
}

// libpq ends at the section behind the wanted one, so what is wrong further down is nobody's care.
Reading read_file(const std::string& path, const std::string& name) {
  Reading reading;
  std::string& error = reading.service.error;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "re"), fclose);
  if (!file) {
    error = "service file \"" + path + "\" not found";
    reading.service.hint = "PGSERVICEFILE names it, for the service \"" + name + "\"";
    return reading;
  }
  const std::string header = "[" + name + "]";
  char buffer[kLineRoom];
  for (int number = 1; error.empty() && fgets(buffer, sizeof buffer, file.get()); ++number) {
    if (strlen(buffer) >= sizeof buffer - 1) {
      error = "line " + std::to_string(number) + " too long in service file \"" + path + "\"";
      break;
    }
    const std::string_view line = trim(buffer);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('[')) {
      if (reading.is_found) break;
      reading.is_found = line.starts_with(header);
    } else if (reading.is_found) {
      error = take_line(line, "\"" + path + "\", line " + std::to_string(number), reading.service);
    }
  }
  explicit_bzero(buffer, sizeof buffer);
  return reading;
}

bool exists(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0;
}

// The folder is compiled into libpq, and none tells it: those of Debian, Ubuntu and psycopg's
// wheels, of PostgreSQL's own .rpms, of Fedora, RHEL and Alpine, and of a libpq that was built as
// its manual says.
constexpr const char* kSystemFolders[] = {"/etc/postgresql-common", "/etc/sysconfig/pgsql",
                                          "/etc/postgresql", "/usr/local/etc/postgresql",
                                          "/usr/local/pgsql/etc"};

// Where it is looked for, in order; a file that was named has to be there.
std::vector<std::string> files_to_read(const std::vector<std::string>& homes) {
  std::vector<std::string> files;
  if (const char* named = getenv("PGSERVICEFILE")) {
    files.emplace_back(named);
  } else {
    for (const std::string& home : homes) files.push_back(home + "/.pg_service.conf");
    std::erase_if(files, [](const std::string& file) { return !exists(file); });
  }
  if (std::string file = system_service_file(kSystemFolders); !file.empty())
    files.push_back(std::move(file));
  return files;
}

std::string where_it_belongs(const std::vector<std::string>& files, const std::string& name) {
  if (files.empty())
    return "there is no service file: its section [" + name + "] belongs into ~/.pg_service.conf";
  std::string hint = "its section [" + name + "] is looked for in ";
  for (const std::string& file : files) hint += (&file == &files.front() ? "" : ", ") + file;
  return hint;
}

Service read_from(const std::vector<std::string>& files, const std::string& name) {
  for (const std::string& path : files) {
    Reading reading = read_file(path, name);
    if (reading.is_found || !reading.service.error.empty()) return std::move(reading.service);
  }
  return {{}, "definition of service \"" + name + "\" not found", where_it_belongs(files, name)};
}

}  // namespace

std::string system_service_file(std::span<const char* const> folders) {
  const char* const named = getenv("PGSYSCONFDIR");
  if (named) folders = {&named, 1};
  for (const char* folder : folders) {
    if (std::string file = std::string(folder) + "/pg_service.conf"; exists(file)) return file;
  }
  return "";
}

Service read_service(const std::string& name) {
  return read_from(files_to_read({home_folder()}), name);
}

// The libpq that will connect may be an old one, which goes by the user database alone.
bool service_sets(const std::string& service, std::string_view keyword) {
  const Service found = read_from(files_to_read({home_folder(), home_of_user()}), service);
  return std::any_of(found.values.begin(), found.values.end(),
                     [&](const ServiceValue& value) { return value.keyword == keyword; });
}

}  // namespace pgiam::host
