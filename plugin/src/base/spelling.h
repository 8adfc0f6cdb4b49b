// What a mistyped name was meant to be.
#pragma once

#include <cstddef>
#include <string_view>

namespace pgiam {

// Changes of one letter that turn a into b, Levenshtein's distance; upper and lower case are alike.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace pgiam
