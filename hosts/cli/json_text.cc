#include "json_text.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace pgiam::cli {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  if (!member || member->is_null()) return "";
  if (const json::string* string = member->if_string()) return std::string(*string);
  return json::serialize(*member);
}

std::vector<std::string> texts(const json::object& object, std::string_view key) {
  std::vector<std::string> all;
  for (const json::value& item : object.at(key).as_array()) all.emplace_back(item.as_string());
  return all;
}

}  // namespace pgiam::cli
