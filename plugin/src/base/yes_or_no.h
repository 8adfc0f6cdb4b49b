// How a person says yes or no in an option or a variable, whatever the case. Includes nothing of the
// core: hosts share it.
#pragma once

#include <string_view>

namespace pgiam {

constexpr std::string_view kYes[] = {"yes", "true", "on", "1"};
constexpr std::string_view kNo[] = {"no", "false", "off", "0"};

}  // namespace pgiam
