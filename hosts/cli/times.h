// Points in time as the command prints them.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>

namespace pgiam::cli {

// RFC 3339, UTC: "2026-01-31T12:00:00Z".
std::string rfc3339(std::int64_t unix_ms);
// Of a text of that form; 0 of another.
std::int64_t unix_ms(const std::string& rfc3339);
// "2026-01-31 12:00 UTC", in a sentence.
std::string minute_of(std::time_t time);
// "2026-01-31", UTC.
std::string day_of(std::time_t time);
std::int64_t unix_ms_now();

}  // namespace pgiam::cli
