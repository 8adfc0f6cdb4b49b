#include "ports/log.h"

namespace pgiam {

std::optional<LogLevel> log_level_of(std::string_view word) {
  constexpr std::string_view kWords[] = {"off", "error", "warn", "info", "debug"};
  for (int level = 0; level < 5; ++level)
    if (word == kWords[level]) return static_cast<LogLevel>(level);
  return std::nullopt;
}

}  // namespace pgiam
