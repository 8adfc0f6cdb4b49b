// Patterns as the shell has them.
#pragma once

#include <string>

namespace pgiam {

bool matches_glob(const std::string& pattern, const std::string& text);

}  // namespace pgiam
