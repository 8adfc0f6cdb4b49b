#include "flow/decide/pasted_host.h"

#include <algorithm>

#include "base/address.h"
#include "base/text.h"
#include "flow/attempt/host_list.h"

namespace pgiam {

namespace {

// An endpoint's name has no others; "_" is in those of other people.
constexpr bool is_of_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

bool has_a_names_characters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_of_a_name);
}

// One dot at the end is DNS's own way to write a name.
bool is_name(std::string_view text) {
  return has_a_names_characters(text) && !text.starts_with('.') && !text.ends_with("..");
}

// The name in quotes or brackets, before what follows a blank or a semicolon, without what nobody
// sees.
std::string name_among(std::string_view text) {
  text.remove_prefix(static_cast<std::size_t>(
      std::find_if(text.begin(), text.end(), [](char c) { return c != '.' && is_of_a_name(c); }) -
      text.begin()));
  std::string name = to_lower(text.substr(0, text.find_first_of(" \t\r\n;")));
  std::erase_if(name, [](char c) { return !is_of_a_name(c); });
  while (name.ends_with('.')) name.pop_back();
  return name;
}

}  // namespace

PastedHost read_pasted_host(std::string_view text) {
  if (is_name(text) || is_numeric_address(text)) return {};
  std::string_view rest = trim(text);
  const auto scheme = rest.find("://");
  const bool is_url = scheme != rest.npos;
  if (is_url) rest.remove_prefix(scheme + 3);
  const std::string_view place = rest.substr(0, rest.find_first_of("/?"));
  const auto at = place.rfind('@');
  const std::string_view host = place.substr(at == place.npos ? 0 : at + 1);
  const auto colon = host.find(':');

  PastedHost pasted;
  pasted.what = is_url                                       ? "is a URL"
                : at != place.npos                           ? "has a user before it"
                : colon != host.npos                         ? "has a port behind it"
                : place != rest                              ? "has a path behind it"
                : is_name(rest)                              ? "has blanks around it"
                : rest.find_first_of(" \t\r\n") != rest.npos ? "has blanks in it"
                : has_a_names_characters(rest)               ? "has dots around it"
                                                             : "has characters that no name has";
  if (colon != host.npos && parse_integer(host.substr(colon + 1)))
    pasted.port = host.substr(colon + 1);
  pasted.name = name_among(host.substr(0, colon));
  return pasted;
}

std::string without_secrets(std::string_view text) {
  if (is_socket(text)) return std::string(text);
  const auto scheme = text.find("://");
  const std::size_t start = scheme == text.npos ? 0 : scheme + 3;
  const auto at = text.rfind('@');
  std::string shown(text.substr(0, start));
  if (at != text.npos && at > start)
    shown.append("…").append(text.substr(at));
  else
    shown.append(text.substr(start));
  if (const auto query = shown.find_first_of("?&"); query != shown.npos)
    shown.replace(query, shown.npos, "?…");
  return shown;
}

}  // namespace pgiam
