#include "clouds/aws/sigv4.h"

#include <array>
#include <utility>

#include "base/sha256.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

constexpr std::string_view kGet = "GET\n/\n", kBeforeQuery = "/?";
constexpr std::string_view kSignedHeaders = "&X-Amz-SignedHeaders=host";
// SHA-256 of the empty body, which is what a GET has.
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

template <std::size_t n>
std::string_view view(const std::array<char, n>& text) {
  return {text.data(), n};
}

std::string join(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  std::string text;
  text.reserve(size);  // at once, so that no part is left behind in memory
  for (std::string_view piece : pieces) text += piece;
  return text;
}

Secret join_secret(std::initializer_list<std::string_view> pieces) {
  std::string text = join(pieces);
  const WipeAtExit wiped(text);
  return Secret(text);
}

// The Host header leaves out the scheme's default port (RFC 9110, section 4.2.2).
std::string_view host_header(std::string_view authority) {
  constexpr std::string_view kDefaultPort = ":443";
  if (authority.ends_with(kDefaultPort)) authority.remove_suffix(kDefaultPort.size());
  return authority;
}

std::string expires(const PresignRequest& request) {
  return "&X-Amz-Expires=" + std::to_string(request.expires.count());
}

Secret security_token(const SigningKey& key) {
  if (key.session_token().empty()) return {};
  return join_secret({"&X-Amz-Security-Token=", key.session_token()});
}

}  // namespace

SigningKey::SigningKey(const Credentials& credentials, Time day, std::string_view region,
                       std::string_view service) {
  const std::string date = iso8601_basic(day).substr(0, 8);
  scope_ = date + '/' + std::string(region) + '/' + std::string(service) + "/aws4_request";
  credential_ = uri_encode(credentials.access_key_id + '/' + scope_);
  std::string encoded = uri_encode(credentials.session_token.reveal());
  const WipeAtExit wipe_encoded(encoded);
  session_token_ = Secret(encoded);

  std::string start = "AWS4";
  start.reserve(start.size() + credentials.secret_access_key.size());
  const WipeAtExit wipe_start(start);
  start += credentials.secret_access_key.reveal();
  Sha256Digest key = hmac_sha256(start, date);
  for (std::string_view step : {region, service, std::string_view{"aws4_request"}})
    key = hmac_sha256(bytes_of(key), step);
  key_.emplace(bytes_of(key));
  wipe(key.data(), key.size());
}

Presigner::Presigner(const PresignRequest& request, const Credentials& credentials, Time day,
                     std::string_view region, std::string_view service)
    : day_(std::chrono::floor<std::chrono::days>(day)),
      key_(credentials, day, region, service),
      before_date_(join({request.authority, kBeforeQuery, request.query, "&X-Amz-Algorithm=",
                         kSigV4Algorithm, "&X-Amz-Credential=", key_.credential(),
                         "&X-Amz-Date="})),
      after_date_(join_secret({expires(request), kSignedHeaders, security_token(key_).reveal(),
                               "&X-Amz-Signature="})),
      canonical_after_date_(join_secret({expires(request), security_token(key_).reveal(),
                                         kSignedHeaders, "\nhost:", host_header(request.authority),
                                         "\n\nhost\n", kEmptyHash})),
      hashed_before_date_(std::array{kGet, query()}),
      scope_line_('\n' + key_.scope() + '\n') {}

std::string_view Presigner::query() const {
  return std::string_view(before_date_).substr(before_date_.find(kBeforeQuery) + kBeforeQuery.size());
}

std::string Presigner::canonical_request(Time time) const {
  const auto date = iso8601_basic_digits(time);
  return join({kGet, query(), view(date), canonical_after_date_.reveal()});
}

std::string Presigner::string_to_sign(Time time) const {
  return aws::string_to_sign(canonical_request(time), key_, time);
}

std::string string_to_sign(std::string_view canonical_request, const SigningKey& key, Time time) {
  const auto date = iso8601_basic_digits(time);
  const auto hash = hex_digits(sha256(canonical_request));
  return join({kSigV4Algorithm, "\n", view(date), "\n", key.scope(), "\n", view(hash)});
}

std::string signature(std::string_view string_to_sign, const SigningKey& key) {
  return hex(bytes_of(key.sign(std::array{string_to_sign})));
}

}  // namespace pgiam::aws
