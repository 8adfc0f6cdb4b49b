// AWS Signature Version 4: presigned URLs, and signed headers. Pure: (request, key, time) → text.
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/sha256.h"
#include "base/time.h"
#include "clouds/aws/credentials.h"
#include "ports/http.h"

namespace pgiam::aws {

// What a signature takes from the credentials: good for one UTC day, one region, one service. Worth
// keeping: deriving it costs four times what signing does.
class SigningKey {
 public:
  SigningKey(const Credentials& credentials, Time day, std::string_view region,
             std::string_view service);

  // "20240826/us-east-1/rds-db/aws4_request"
  std::string_view scope() const { return scope_; }
  // "AKID%2F20240826%2F…": the X-Amz-Credential parameter, encoded
  std::string_view credential() const { return credential_; }
  // The X-Amz-Security-Token parameter, encoded; empty for long-lived keys
  std::string_view session_token() const { return session_token_.reveal(); }
  // Of a string to sign.
  Sha256Digest sign(std::string_view text) const { return key_->sign(text); }

 private:
  std::string scope_;
  std::string credential_;
  Secret session_token_;
  std::optional<HmacKey> key_;
};

// A GET of `https://AUTHORITY/?QUERY`.
struct PresignRequest {
  std::string_view authority;  // lower case, "host" or "host:port"; 443 stays in the text, but is
                               // not signed, as in botocore
  std::string_view query;      // encoded and sorted, all names before "X-Amz-": "Action=connect"
  Seconds expires{900};
};

constexpr std::string_view kSigV4Algorithm = "AWS4-HMAC-SHA256";

// The stages, as the AWS documentation names them; each has golden files in tests/vectors.
std::string canonical_request(const PresignRequest& request, const SigningKey& key, Time time);
std::string string_to_sign(std::string_view canonical_request, const SigningKey& key, Time time);
std::string signature(std::string_view string_to_sign, const SigningKey& key);

// The URL without its scheme, parameters in botocore's order. `time` is on the key's day.
Secret presign(const PresignRequest& request, const SigningKey& key, Time time);

// Adds X-Amz-Date, X-Amz-Security-Token and Authorization. Signs the host, the body and every
// header that is there, so what libcurl adds by itself is not signed. The URL's path and query are
// encoded, and `key` was made from `credentials` for the day of `time`.
void sign_headers(HttpRequest& request, const Credentials& credentials, const SigningKey& key,
                  Time time);
// The stage that test vectors have: the request's own headers and the host.
std::string canonical_request(const HttpRequest& request);

}  // namespace pgiam::aws
