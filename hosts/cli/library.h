// The plugin, as this command uses it.
#pragma once

#include <string>

#include "command.h"
#include "pgiam.hpp"

namespace pgiam::cli {

// Whom a login or a code may be asked of.
enum class Asking { kNobody, kOnTerminal };

// With the options of the command line; warnings go to stderr. Throws pgiam::Error.
Context make_context(const Arguments& arguments, Asking asking = Asking::kNobody);

// Throws pgiam::Error, or a UsageError with the reason where the host is not ours.
Reply demand_token(Context& context, const Request& request);

// The file of the library in use, and the folder that it lies in.
std::string library_file();
std::string library_folder();

}  // namespace pgiam::cli
