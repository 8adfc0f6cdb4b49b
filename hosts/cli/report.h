// How the command ends: what it says on stderr, and its exit status.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "pgiam.hpp"

namespace pgiam::cli {

constexpr int kExitOk = 0;
constexpr int kExitInternal = 1;
constexpr int kExitUsage = 2;
constexpr int kExitNoCredentials = 3;
constexpr int kExitDenied = 4;
constexpr int kExitNetwork = 5;

// What the user typed or set cannot be used.
class UsageError : public std::runtime_error {
 public:
  UsageError(const std::string& message, std::string hint)
      : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

int exit_status(pgiam_status status);

// Runs `body`; where it throws, reports that and gives the exit status that fits.
int report_failures(const std::function<int()>& body);

// A line on stderr that is no failure.
void remark(const std::string& text);

// Writes a line to stdout and makes sure that it went out.
void print_line(std::string_view line);

}  // namespace pgiam::cli
