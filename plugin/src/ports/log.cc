#include "ports/log.h"

#include <iterator>

#include "base/log_words.h"

namespace pgiam {

std::optional<LogLevel> log_level_of(std::string_view word) {
  for (std::size_t level = 0; level < std::size(kLogWords); ++level)
    if (word == kLogWords[level]) return static_cast<LogLevel>(level);
  return std::nullopt;
}

}  // namespace pgiam
