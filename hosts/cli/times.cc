#include "times.h"

namespace pgiam::cli {
namespace {

std::string formatted(const char* format, std::time_t time) {
  std::tm utc;
  char text[32];
  std::strftime(text, sizeof text, format, gmtime_r(&time, &utc));
  return text;
}

}  // namespace

std::string rfc3339(std::int64_t unix_ms) {
  return formatted("%Y-%m-%dT%H:%M:%SZ", unix_ms / 1000);
}

std::string minute_of(std::time_t time) { return formatted("%Y-%m-%d %H:%M UTC", time); }

std::string day_of(std::time_t time) { return formatted("%Y-%m-%d", time); }

std::int64_t unix_ms(const std::string& rfc3339) {
  std::tm utc{};
  if (!strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &utc)) return 0;
  return static_cast<std::int64_t>(timegm(&utc)) * 1000;
}

std::int64_t unix_ms_now() { return static_cast<std::int64_t>(std::time(nullptr)) * 1000; }

}  // namespace pgiam::cli
