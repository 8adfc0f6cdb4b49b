// Connection service files (PostgreSQL manual, "The Connection Service File"). libpq resolves them,
// but does not tell a value that came from there from its own default.
#pragma once

#include <string>
#include <string_view>

namespace pgiam::host {

// Whether the service gives this keyword a value, in the file where libpq finds the service.
bool service_sets(const std::string& service, std::string_view keyword);

}  // namespace pgiam::host
