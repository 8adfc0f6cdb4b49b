// The parts of an http or https URL (RFC 3986), as far as endpoints have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgiam {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; IPv6 without brackets
  std::uint16_t port = 0;
  std::string path = "/";  // encoded, as given
  std::string query;       // encoded, as given, without "?"

  bool https() const { return scheme == "https"; }
  // As the Host header has it: the scheme's default port is left out, IPv6 is in brackets.
  std::string authority() const;
  // "https://host:port", without path.
  std::string origin() const { return scheme + "://" + authority(); }
  std::string text() const { return origin() + path + (query.empty() ? "" : "?" + query); }
};

// Nothing for other schemes, user information, white space or control characters. A fragment is
// dropped, as clients do.
std::optional<Url> parse_url(std::string_view text);

}  // namespace pgiam
