// Where log lines go. Nothing that is handed to it may be secret.
#pragma once

#include <optional>
#include <string_view>

namespace pgiam {

enum class LogLevel { kOff = 0, kError = 1, kWarn = 2, kInfo = 3, kDebug = 4 };

// By the word that the option `log` takes.
std::optional<LogLevel> log_level_of(std::string_view word);

class Log {
 public:
  virtual ~Log() = default;
  // Ask before composing a line that costs.
  virtual bool wants(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view component, std::string_view line) = 0;
  // What the configuration file wants, or that it wants nothing. Who is nearer wins: the host's
  // options and the environment.
  virtual void follow_file(std::optional<LogLevel>) {}
};

}  // namespace pgiam
