// Connection service files, read as libpq reads them (PostgreSQL documentation, "The Connection
// Service File").
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "secret_text.h"

namespace pgiam::host {

struct ServiceValue {
  std::string keyword;
  SecretText value;
};

struct Service {
  std::vector<ServiceValue> values;  // of a keyword that comes twice the first counts
  std::string error;                 // libpq's complaint; "" where there is none
  std::string hint;                  // where it was looked for; "" where the complaint says that
};

// The system's file: in PGSYSCONFDIR where that is set, else in the first of the folders that has one; "" where there
// is none.
std::string system_service_file(std::span<const char* const> folders);

// In the user's file, or else in the system's.
Service read_service(const std::string& name);

// Whether the service gives this keyword a value, in the file where libpq finds the service.
bool service_sets(const std::string& service, std::string_view keyword);

}  // namespace pgiam::host
