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

// "20240826"
std::string date_of(Time day) { return iso8601_basic(day).substr(0, 8); }

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
  const std::string date = date_of(day);
  scope_ = date + '/' + std::string(region) + '/' + std::string(service) + "/aws4_request";
  credential_ = uri_encode(credentials.access_key_id + '/' + scope_);
  std::string encoded = uri_encode(credentials.session_token.reveal());
  const WipeAtExit wipe_encoded(encoded);
  session_token_ = Secret(encoded);

  std::string start = "AWS4";
  start.reserve(start.size() + credentials.secret_access_key.size());
  const WipeAtExit wipe_start(start);
  start += credentials.secret_access_key.reveal();
  Sha256Digest key;
  hmac_sha256(start, date, key);
  for (std::string_view step : {region, service, std::string_view{"aws4_request"}})
    hmac_sha256(bytes_of(key), step, key);
  key_.emplace(bytes_of(key));
  wipe(key.data(), key.size());
}

Presigner::Presigner(const PresignRequest& request, const Credentials& credentials, Time day,
                     std::string_view region, std::string_view service)
    : day_(std::chrono::floor<std::chrono::days>(day)),
      key_(credentials, day, region, service),
      before_time_(join({request.authority, kBeforeQuery, request.query, "&X-Amz-Algorithm=",
                         kSigV4Algorithm, "&X-Amz-Credential=", key_.credential(),
                         "&X-Amz-Date=", date_of(day), "T"})),
      after_time_(join_secret({expires(request), kSignedHeaders, security_token(key_).reveal(),
                               "&X-Amz-Signature="})),
      canonical_after_time_(join_secret({expires(request), security_token(key_).reveal(),
                                         kSignedHeaders, "\nhost:", host_header(request.authority),
                                         "\n\nhost\n", kEmptyHash})),
      hashed_before_time_(std::array{kGet, query()}),
      to_sign_before_time_(join({kSigV4Algorithm, "\n", date_of(day), "T"})),
      to_sign_after_time_(join({"\n", key_.scope(), "\n"})) {}

std::string_view Presigner::query() const {
  return std::string_view(before_time_).substr(before_time_.find(kBeforeQuery) + kBeforeQuery.size());
}

std::string Presigner::canonical_request(Time now) const {
  return join({kGet, query(), iso8601_basic(now).substr(9), canonical_after_time_.reveal()});
}

std::string Presigner::string_to_sign(Time now) const {
  return aws::string_to_sign(canonical_request(now), key_, now);
}

std::string string_to_sign(std::string_view canonical_request, const SigningKey& key, Time time) {
  return join({kSigV4Algorithm, "\n", iso8601_basic(time), "\n", key.scope(), "\n",
               hex(bytes_of(sha256(canonical_request)))});
}

std::string signature(std::string_view string_to_sign, const SigningKey& key) {
  return hex(bytes_of(key.sign(std::array{string_to_sign})));
}

}  // namespace pgiam::aws
