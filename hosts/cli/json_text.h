// Members of a JSON object, as the library hands them out.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace pgiam::cli {

// A member as text, "" where it is null or absent.
std::string text(const boost::json::object& object, std::string_view key);
// One that is there and is a list of texts.
std::vector<std::string> texts(const boost::json::object& object, std::string_view key);

}  // namespace pgiam::cli
