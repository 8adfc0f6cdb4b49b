// The plugin, as this command uses it.
#pragma once

#include <string>

#include "command.h"
#include "pgiam.hpp"

namespace pgiam::cli {

// Whom a login or a code may be asked of.
enum class Asking { kNobody, kOnTerminal };

// With the options of the command line; what it logs goes to stderr. Throws pgiam::Error.
Context make_context(const Arguments& arguments, Asking asking = Asking::kNobody,
                     std::int32_t log_level = PGIAM_LOG_WARN);

// Sets the variables of the options on the command line, for a child's hook.
void pass_on_options(const Arguments& arguments);

// Throws pgiam::Error, or a UsageError with the reason where the host is not ours.
Reply demand_token(Context& context, const Request& request);

// Whether the library has to do with that connection, be it to refuse it. It may fetch credentials.
bool is_ours(Context& context, const Request& request);

// setenv, but throws where there is no memory for it.
void set_variable(const char* name, const std::string& value);

// The file of the library in use, and the folder that it lies in.
std::string library_file();
std::string library_folder();

}  // namespace pgiam::cli
