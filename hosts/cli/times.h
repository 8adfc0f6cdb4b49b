// Points in time as the command prints them.
#pragma once

#include <cstdint>
#include <string>

namespace pgiam::cli {

// RFC 3339, UTC: "2026-01-31T12:00:00Z".
std::string rfc3339(std::int64_t unix_ms);

}  // namespace pgiam::cli
