#include "times.h"

#include <ctime>

namespace pgiam::cli {

std::string rfc3339(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm utc;
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
  return text;
}

std::int64_t unix_ms(const std::string& rfc3339) {
  std::tm utc{};
  if (!strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &utc)) return 0;
  return static_cast<std::int64_t>(timegm(&utc)) * 1000;
}

std::int64_t unix_ms_now() { return static_cast<std::int64_t>(std::time(nullptr)) * 1000; }

}  // namespace pgiam::cli
