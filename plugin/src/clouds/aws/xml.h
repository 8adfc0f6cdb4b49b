// What STS answers is XML of a fixed, flat form: its elements are found by name, wherever they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgiam::aws {

// The text of the first element of that name, trimmed and with its entities decoded. Nothing where
// there is none, or it holds elements of its own, or it is cut off. May be secret: wipe it.
std::optional<std::string> xml_text(std::string_view document, std::string_view name);

}  // namespace pgiam::aws
