// The plugin of this process, for hosts that must run without it too.
#pragma once

#include <memory>
#include <string>

#include "pgiam.hpp"

namespace pgiam::host {

// The process's context: made at the first call, kept for ever, good in forked children. nullptr
// where there is none, or one that knows no attempt; `why` then tells what was tried. Logs to
// stderr as PGIAM_LOG says (default: errors).
Context* plugin(std::string& why);

// The functions of the plugin; once there is a context.
const pgiam_api* plugin_api() noexcept;

// Whether PGIAM_LOG lets this level through.
bool is_logged(int level) noexcept;

// One line on stderr, if PGIAM_LOG lets this level through.
void log(int level, const char* component, const char* message) noexcept;

// The whole story for a person, as the library tells it. Ends with a newline.
std::string to_text(const Error& error);

// The client's message, without secrets that a server may have put there, and what we know more.
std::string with_explanation(const std::string& message, const Error& explained);

// PGIAM_DISABLE: connections are to go as without pgiam.
bool is_disabled() noexcept;

// "yes" and the like in an environment variable.
bool is_on(const char* variable) noexcept;

}  // namespace pgiam::host
