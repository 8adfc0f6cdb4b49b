// Where log lines go. Nothing that is handed to it may be secret.
#pragma once

#include <string_view>

namespace pgiam {

enum class LogLevel { kOff = 0, kError = 1, kWarn = 2, kInfo = 3, kDebug = 4 };

class Log {
 public:
  virtual ~Log() = default;
  // Ask before composing a line that costs.
  virtual bool wants(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view component, std::string_view line) = 0;
};

}  // namespace pgiam
