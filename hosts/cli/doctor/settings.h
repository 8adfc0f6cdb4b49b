// What is set here, for whichever connection.
#pragma once

#include <string>

#include "../command.h"

namespace pgiam::cli::doctor {

// A name that is ours by its form: only for it is every mistake in the configuration file told.
constexpr const char* kAnyEndpoint = "doctor.c000000000ab.us-east-1.rds.amazonaws.com";

// The configuration file, options and variables, a line each.
std::string describe_settings(const Arguments& arguments);

}  // namespace pgiam::cli::doctor
