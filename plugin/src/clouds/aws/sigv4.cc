#include "clouds/aws/sigv4.h"

#include <array>
#include <utility>

#include "base/sha256.h"
#include "clouds/aws/uri_encode.h"

namespace pgiam::aws {
namespace {

constexpr std::string_view kSecurityToken = "&X-Amz-Security-Token=";
constexpr std::string_view kSignedHeaders = "&X-Amz-SignedHeaders=host";
// SHA-256 of the empty body, which is what a GET has.
constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The Host header leaves out the scheme's default port (RFC 9110, section 4.2.2).
std::string_view host_header(std::string_view authority) {
  constexpr std::string_view kDefaultPort = ":443";
  if (authority.ends_with(kDefaultPort)) authority.remove_suffix(kDefaultPort.size());
  return authority;
}

// A presigned URL without its signature, in memory that has room for it. The canonical request says
// the same in another order, as botocore places the security token elsewhere: so it is only ever
// hashed, piece by piece.
class Draft {
 public:
  Draft(const PresignRequest& request, const SigningKey& key, std::string_view date)
      : authority_(request.authority),
        url_(request.authority.size() + request.query.size() + key.credential().size() +
             key.session_token().size() + kRoom) {
    url_ += request.authority;
    url_ += "/?";
    query_ = url_.reveal().size();
    url_ += request.query;
    url_ += "&X-Amz-Algorithm=";
    url_ += kSigV4Algorithm;
    url_ += "&X-Amz-Credential=";
    url_ += key.credential();
    url_ += "&X-Amz-Date=";
    url_ += date;
    url_ += "&X-Amz-Expires=";
    url_ += std::to_string(request.expires.count());
    headers_ = url_.reveal().size();
    url_ += kSignedHeaders;
    token_ = url_.reveal().size();
    if (key.session_token().empty()) return;
    url_ += kSecurityToken;
    url_ += key.session_token();
  }

  std::array<std::string_view, 8> canonical_request() const {
    const std::string_view url = url_.reveal();
    return {"GET\n/\n",   url.substr(query_, headers_ - query_), url.substr(token_), kSignedHeaders,
            "\nhost:",     host_header(authority_),              "\n\nhost\n",    kEmptyHash};
  }

  Secret finish(std::string_view signature) && {
    url_ += "&X-Amz-Signature=";
    url_ += signature;
    return std::move(url_).finish();
  }

 private:
  // For all whose length does not vary, and the signature.
  static constexpr std::size_t kRoom = 320;

  const std::string_view authority_;
  SecretBuilder url_;
  std::size_t query_, headers_, token_;  // where these parts begin
};

std::string string_to_sign(const Sha256Digest& canonical_request, const SigningKey& key,
                           std::string_view date) {
  std::string text;
  text.reserve(192);
  text += kSigV4Algorithm;
  text += '\n';
  text += date;
  text += '\n';
  text += key.scope();
  text += '\n';
  const auto digits = hex_digits(canonical_request);
  return text.append(digits.data(), digits.size());
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

std::string canonical_request(const PresignRequest& request, const SigningKey& key, Time time) {
  const Draft draft(request, key, iso8601_basic(time));
  std::string text;
  for (std::string_view piece : draft.canonical_request()) text += piece;
  return text;
}

std::string string_to_sign(std::string_view canonical, const SigningKey& key, Time time) {
  return string_to_sign(sha256(canonical), key, iso8601_basic(time));
}

std::string signature(std::string_view string_to_sign, const SigningKey& key) {
  return hex(bytes_of(key.sign(string_to_sign)));
}

Secret presign(const PresignRequest& request, const SigningKey& key, Time time) {
  const std::string date = iso8601_basic(time);
  Draft draft(request, key, date);
  const std::string to_sign = string_to_sign(sha256(draft.canonical_request()), key, date);
  auto signature = hex_digits(key.sign(to_sign));
  Secret url = std::move(draft).finish({signature.data(), signature.size()});
  wipe(signature.data(), signature.size());
  return url;
}

}  // namespace pgiam::aws
