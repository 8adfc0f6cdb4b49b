// A request that is signed by a header of its own.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"
#include "base/url.h"
#include "clouds/aws/sigv4.h"

namespace pgiam::aws {
namespace {

// Lower-case names and values without superfluous blanks, in the order of the names.
using CanonicalHeaders = std::vector<std::pair<std::string, std::string>>;

std::string squeeze_blanks(std::string_view text) {
  std::string result;
  result.reserve(text.size());  // at once, so that no part of a token is left behind in memory
  for (char c : trim(text))
    if (c != ' ' || !result.ends_with(' ')) result += c;
  return result;
}

CanonicalHeaders canonical_headers(const HttpRequest& request, const Url& url) {
  CanonicalHeaders headers{{"host", url.authority()}};
  for (const HttpHeader& header : request.headers)
    headers.emplace_back(to_lower(header.name), squeeze_blanks(header.value));
  std::stable_sort(headers.begin(), headers.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  // Headers of one name are one header with a list of values (RFC 9110, section 5.3).
  for (std::size_t i = 1; i < headers.size();) {
    if (headers[i].first != headers[i - 1].first) {
      ++i;
      continue;
    }
    headers[i - 1].second += ',' + headers[i].second;
    headers.erase(headers.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return headers;
}

std::string signed_headers(const CanonicalHeaders& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string canonical_query(std::string_view query) {
  if (query.empty()) return "";
  auto parameters = split(query, '&');
  const auto name = [](std::string_view parameter) {
    return parameter.substr(0, parameter.find('='));
  };
  std::sort(parameters.begin(), parameters.end(),
            [&](auto a, auto b) { return std::pair(name(a), a) < std::pair(name(b), b); });
  std::string text;
  for (std::string_view parameter : parameters) {
    if (!text.empty()) text += '&';
    text += parameter;
    if (parameter.find('=') == std::string_view::npos) text += '=';
  }
  return text;
}

Url url_of(const HttpRequest& request) {
  const auto url = parse_url(request.url);
  if (!url) throw std::logic_error("a URL to sign is malformed");
  return *url;
}

std::string canonical_request_of(const HttpRequest& request, const Url& url,
                                 const CanonicalHeaders& headers) {
  const std::string query = canonical_query(url.query), names = signed_headers(headers);
  std::size_t room = request.method.size() + url.path.size() + query.size() + names.size() + 80;
  for (const auto& [name, value] : headers) room += name.size() + value.size() + 2;
  std::string text;
  text.reserve(room);  // likewise
  text.append(request.method).append("\n").append(url.path).append("\n").append(query).append("\n");
  for (const auto& [name, value] : headers) text.append(name).append(":").append(value).append("\n");
  text.append("\n").append(names).append("\n");
  append_hex(text, bytes_of(sha256(request.body)));
  return text;
}

}  // namespace

std::string canonical_request(const HttpRequest& request) {
  const Url url = url_of(request);
  return canonical_request_of(request, url, canonical_headers(request, url));
}

void sign_headers(HttpRequest& request, const Credentials& credentials, const SigningKey& key,
                  Time time) {
  const std::string date = iso8601_basic(time);
  request.headers.push_back({"X-Amz-Date", date});
  if (!credentials.session_token.empty())
    request.headers.push_back(
        {"X-Amz-Security-Token", std::string(credentials.session_token.reveal())});

  const Url url = url_of(request);
  CanonicalHeaders headers = canonical_headers(request, url);
  std::string canonical = canonical_request_of(request, url, headers);
  const WipeAtExit wipe_canonical(canonical);
  request.headers.push_back(
      {"Authorization",
       std::string(kSigV4Algorithm) + " Credential=" + credentials.access_key_id + '/' +
           std::string(key.scope()) + ", SignedHeaders=" + signed_headers(headers) +
           ", Signature=" + signature(string_to_sign(canonical, key, time), key)});
  for (auto& header : headers) wipe(header.second);
}

}  // namespace pgiam::aws
