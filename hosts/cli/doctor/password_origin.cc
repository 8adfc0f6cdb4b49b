#include "password_origin.h"

#include <cstdlib>
#include <cstring>

#include "home.h"
#include "pgiam_conninfo.hpp"
#include "service_file.h"

namespace pgiam::cli::doctor {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// What the connection string itself says of a keyword; "" where it says nothing.
std::string said_of(const char* keyword, const std::string& conninfo) {
  Result<Conninfo> parsed = Conninfo::parse(conninfo.c_str());
  const char* said = parsed ? parsed->param(keyword) : nullptr;
  if (!said || !*said) return "";
  return std::strcmp(keyword, "password") == 0 ? "one" : said;
}

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return "";
}

}  // namespace

PasswordOrigin origin_of_password(const Case& host) {
  if (!host.password_from.empty())
    return {host.password_from, "take Password out of " + host.password_from};
  if (!said_of("password", host.conninfo).empty())
    return {"the connection string", "leave the password out of the connection string"};
  const std::string service = first_of({said_of("service", host.conninfo), variable("PGSERVICE")});
  if (!service.empty() && host::service_sets(service, "password"))
    return {"the service \"" + service + "\"",
            "take the line password=… out of the service \"" + service + "\""};
  if (!variable("PGPASSWORD").empty()) return {"PGPASSWORD", "unset PGPASSWORD"};
  const std::string file =
      first_of({said_of("passfile", host.conninfo), host::default_password_file()});
  return {file, "take the line for " + host.place() + " out of " + file};
}

}  // namespace pgiam::cli::doctor
