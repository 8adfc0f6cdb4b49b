// Percent-encoding as SigV4 demands it: RFC 3986 unreserved bytes stay, every other is %XX in upper
// case (docs.aws.amazon.com, "Create a signed AWS API request", UriEncode).
#pragma once

#include <string>
#include <string_view>

namespace pgiam::aws {

void append_uri_encoded(std::string& out, std::string_view text);
std::string uri_encode(std::string_view text);

}  // namespace pgiam::aws
