// What was meant, perhaps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgiam::cli {

// The word nearest to `typed`; "" where none is near.
std::string nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace pgiam::cli
