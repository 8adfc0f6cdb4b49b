// What is set here, for whichever connection.
#pragma once

#include <string>

#include "../command.h"
#include "advice.h"

namespace pgiam::cli::doctor {

// Whose region is that of the settings.
constexpr const char* kAnyHost = "any.example";

// A name that is ours by its form, and the word for what it names: only for such is every mistake in
// the configuration file told.
struct AnyEndpoint {
  explicit AnyEndpoint(Context& context);

  std::string host;
  std::string target;  // "" where no cloud tells one
};

// The configuration file, options and variables, a line each.
std::string describe_settings(const Arguments& arguments);

}  // namespace pgiam::cli::doctor
