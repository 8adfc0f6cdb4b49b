#include "base/url.h"

#include <algorithm>

#include "base/address.h"
#include "base/text.h"

namespace pgiam {
namespace {

constexpr std::uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

// "host", "host:8080", "[::1]:8080"
bool parse_authority(std::string_view text, Url& url) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    url.host = to_lower(text.substr(1, end - 1));
    if (!is_numeric_address(url.host)) return false;
    rest = text.substr(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    url.host = to_lower(text.substr(0, end));
    rest = text.substr(end);
  }
  if (url.host.empty() || url.host.find_first_of("@\\\"<>[]{}|^`") != std::string::npos)
    return false;
  url.port = default_port(url.scheme);
  if (rest.empty() || rest == ":") return true;
  const auto port = parse_integer(rest.substr(1));
  if (rest[0] != ':' || !port || *port < 1 || *port > 65535) return false;
  url.port = static_cast<std::uint16_t>(*port);
  return true;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : '[' + host + ']';
  if (port != default_port(scheme)) text += ':' + std::to_string(port);
  return text;
}

std::optional<Url> parse_url(std::string_view text) {
  const auto forbidden = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; };
  if (std::any_of(text.begin(), text.end(), forbidden)) return std::nullopt;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  Url url;
  url.scheme = to_lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;

  text = text.substr(colon + 3);
  text = text.substr(0, text.find('#'));
  const auto path = std::min(text.find_first_of("/?"), text.size());
  if (!parse_authority(text.substr(0, path), url)) return std::nullopt;
  text = text.substr(path);
  const auto query = std::min(text.find('?'), text.size());
  if (query > 0) url.path = text.substr(0, query);
  if (query < text.size()) url.query = text.substr(query + 1);
  return url;
}

}  // namespace pgiam
