// The words of the option `log`, by their levels. Includes nothing of the core: hosts share it.
#pragma once

#include <string_view>

namespace pgiam {

constexpr std::string_view kLogWords[] = {"off", "error", "warn", "info", "debug"};

}  // namespace pgiam
