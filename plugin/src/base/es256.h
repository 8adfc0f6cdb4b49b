// ES256 (RFC 7518, section 3.4): ECDSA over P-256 with SHA-256.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/crypto.h"

namespace pgiam {

// A private key. Any thread.
class Es256Key {
 public:
  // PEM: "BEGIN PRIVATE KEY" (PKCS#8) or "BEGIN EC PRIVATE KEY" (SEC1). kBadConfig for anything
  // else, another curve included; the message quotes nothing.
  static Result<Es256Key> from_pem(std::string_view pem);

  // Big-endian, 32 bytes each: the coordinates of the public point.
  std::string x() const { return key_->public_point().substr(0, 32); }
  std::string y() const { return key_->public_point().substr(32); }
  // r and s, big-endian, 32 bytes each.
  std::string sign(std::string_view message) const { return key_->sign(message); }

 private:
  explicit Es256Key(std::shared_ptr<const P256Key> key) : key_(std::move(key)) {}

  std::shared_ptr<const P256Key> key_;
};

}  // namespace pgiam
