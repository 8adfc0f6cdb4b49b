// AWS Signature Version 4: presigned URLs, and signed headers. Pure: (request, key, time) → text.
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/sha256.h"
#include "base/time.h"
#include "clouds/aws/credentials.h"
#include "ports/http.h"

namespace pgiam::aws {

// What a signature takes from the credentials: good for one UTC day, one region, one service. Deriving
// it costs four times what signing does.
class SigningKey {
 public:
  SigningKey(const Credentials& credentials, Time day, std::string_view region,
             std::string_view service);

  // "20240826/us-east-1/rds-db/aws4_request"
  const std::string& scope() const { return scope_; }
  // "AKID%2F20240826%2F…": the X-Amz-Credential parameter, encoded
  std::string_view credential() const { return credential_; }
  // The X-Amz-Security-Token parameter, encoded; empty for long-lived keys
  std::string_view session_token() const { return session_token_.reveal(); }
  // Of a string to sign, which may come in pieces.
  Sha256Digest sign(std::span<const std::string_view> pieces) const { return key_->sign(pieces); }

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

// Signs the same GET again and again during a day: all that the time does not change is done once.
// Any thread.
class Presigner {
 public:
  Presigner(const PresignRequest& request, const Credentials& credentials, Time day,
            std::string_view region, std::string_view service);
  Presigner(const Presigner&) = delete;
  Presigner& operator=(const Presigner&) = delete;

  // Whether it may sign at that time, which is on its own UTC day.
  bool is_for(Time time) const { return std::chrono::floor<std::chrono::days>(time) == day_; }
  // The URL without its scheme, parameters in botocore's order.
  Secret presign(Time now) const;
  // The stages, as the AWS documentation names them; each has golden files in tests/vectors.
  std::string canonical_request(Time now) const;
  std::string string_to_sign(Time now) const;

 private:
  // The query before the time of day, which the URL and the canonical request have in common.
  std::string_view query() const;

  const std::chrono::sys_days day_;
  const SigningKey key_;
  // The URL in two parts: what stands between them is the time of day, and after both the signature.
  const std::string before_time_;
  const Secret after_time_;
  // The canonical request likewise. It says the same in another order, as botocore places the
  // security token elsewhere.
  const Secret canonical_after_time_;
  const Sha256Prefix hashed_before_time_;
  // The string to sign, without the hash of the canonical request at its end.
  const std::string to_sign_before_time_, to_sign_after_time_;
};

// The stages of a signed header.
std::string string_to_sign(std::string_view canonical_request, const SigningKey& key, Time time);
std::string signature(std::string_view string_to_sign, const SigningKey& key);

// Adds X-Amz-Date, X-Amz-Security-Token and Authorization. Signs the host, the body and every
// header that is there, so what libcurl adds by itself is not signed. The URL's path and query are
// encoded, and `key` was made from `credentials` for the day of `time`.
void sign_headers(HttpRequest& request, const Credentials& credentials, const SigningKey& key,
                  Time time);
// The stage that test vectors have: the request's own headers and the host.
std::string canonical_request(const HttpRequest& request);

}  // namespace pgiam::aws
