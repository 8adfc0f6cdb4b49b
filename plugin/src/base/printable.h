// What others wrote, for a terminal. Includes nothing of the core: hosts share it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pgiam {

// A control character at the beginning, with which a terminal's escape sequences are made: C0, DEL, and C1
// as UTF-8 spells it. How many bytes it has; 0: there is none.
std::size_t control_at(std::string_view text);
// With `instead` for each of them.
std::string without_controls(std::string_view text, char instead);

}  // namespace pgiam
