#include "base/options.h"

#include <algorithm>

#include "base/text.h"

namespace pgiam {
namespace {

bool is_one_of(std::string_view value, std::string_view choices) {
  for (std::string_view choice : split(choices, '|'))
    if (value == choice) return true;
  return false;
}

// Why the value does not fit, or "".
std::string complaint(const Option& option, std::string_view value) {
  const std::string_view type = option.type.text();
  if (type == "bool") return parse_bool(value) ? "" : "yes or no";
  if (type == "int") {
    const auto number = parse_integer(value);
    if (number && *number >= option.least && *number <= option.most) return "";
    return "a whole number from " + std::to_string(option.least) + " to " +
           std::to_string(option.most);
  }
  if (type.find('|') == std::string_view::npos || is_one_of(value, type)) return "";
  const auto choices = split(type, '|');
  return join_words({choices.begin(), choices.end()}, " or ");
}

}  // namespace

std::string_view origin_name(Origin origin) {
  switch (origin) {
    case Origin::kDefault:
      return "default";
    case Origin::kFileDefaults:
      return "configuration file";
    case Origin::kRule:
      return "rule";
    case Origin::kEnvironment:
      return "environment";
    case Origin::kContext:
    case Origin::kCall:
      return "option";
  }
  return "";
}

Result<void> Settings::set(const Option& option, std::string_view value, Origin origin,
                           std::string_view where) {
  if (value.empty()) return {};
  if (const std::string wanted = complaint(option, value); !wanted.empty())
    return make_error(Status::kBadConfig, (where.empty() ? "" : std::string(where) + ": ") +
                                              option.key + " = \"" + std::string(value) +
                                              "\" is not " + wanted);
  const auto there = std::find_if(given_.begin(), given_.end(),
                                  [&](const Given& given) { return given.option == &option; });
  if (there == given_.end())
    given_.push_back({&option, std::string(value), origin});
  else if (there->origin <= origin)
    *there = {&option, std::string(value), origin};
  return {};
}

std::string_view Settings::get(const Option& option) const {
  const Given* found = find(option);
  return found != nullptr ? std::string_view(found->value) : option.default_value;
}

long long Settings::get_int(const Option& option) const {
  return parse_integer(get(option)).value_or(0);
}

bool Settings::get_bool(const Option& option) const {
  return parse_bool(get(option)).value_or(false);
}

Origin Settings::origin(const Option& option) const {
  const Given* found = find(option);
  return found != nullptr ? found->origin : Origin::kDefault;
}

}  // namespace pgiam
