#include "flow/decide/pasted_host.h"

#include "base/address.h"
#include "base/text.h"
#include "flow/attempt/host_list.h"

namespace pgiam {

PastedHost read_pasted_host(std::string_view text) {
  if (text.find_first_of(" \t\r\n@:/?") == text.npos || is_numeric_address(text)) return {};
  std::string_view rest = trim(text);
  const auto scheme = rest.find("://");
  const bool is_url = scheme != rest.npos;
  if (is_url) rest.remove_prefix(scheme + 3);
  const std::string_view place = rest.substr(0, rest.find_first_of("/?"));
  const auto at = place.rfind('@');
  const std::string_view host = place.substr(at == place.npos ? 0 : at + 1);
  const auto colon = host.find(':');

  PastedHost pasted;
  pasted.what = is_url              ? "is a URL"
                : at != place.npos  ? "has a user before it"
                : colon != host.npos ? "has a port behind it"
                : place != rest     ? "has a path behind it"
                                    : "has blanks around it";
  if (colon != host.npos && parse_integer(host.substr(colon + 1))) pasted.port = host.substr(colon + 1);
  pasted.name = to_lower(host.substr(0, colon));
  if (pasted.name.ends_with('.')) pasted.name.pop_back();
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
