// The cryptography that the library does not do itself: a port, since each system has it from
// somewhere else. On Linux it is OpenSSL's libcrypto, which adapters/libcrypto.cc finds at run time.
// What is used all over stands on it: sha256.h, sha1.h, es256.h.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pgiam {

using Sha256Digest = std::array<unsigned char, 32>;

// A hash under way, as the provider has it: plain memory, which may be copied. Who holds one wipes it.
using Sha256State = std::array<std::uint32_t, 28>;

// A private key on the curve P-256. Any thread.
class P256Key {
 public:
  virtual ~P256Key() = default;
  // x and y, big-endian, 32 bytes each.
  virtual std::string public_point() const = 0;
  // r and s of ECDSA with SHA-256, big-endian, 32 bytes each.
  virtual std::string sign(std::string_view message) const = 0;
};

// Takes no memory for a hash, and leaves the host's own errors in its provider's queues alone.
class Crypto {
 public:
  virtual void sha256_start(Sha256State& state) const noexcept = 0;
  virtual void sha256_add(Sha256State& state, std::span<const std::string_view> pieces) const noexcept = 0;
  virtual void sha256_end(Sha256State& state, Sha256Digest& digest) const noexcept = 0;
  virtual void sha1(std::string_view text, std::array<unsigned char, 20>& digest) const noexcept = 0;
  // PEM, PKCS#8 or SEC1; null for anything else. Asks nobody for a password.
  virtual std::shared_ptr<const P256Key> p256_key(std::string_view pem) const = 0;

 protected:
  ~Crypto() = default;
};

// This system has none. Hashes are needed deep inside of what could not go on without: the doors
// (abi/guard.h, and the pool's threads) make an error of it.
class NoCrypto : public std::exception {
 public:
  explicit NoCrypto(Error error);
  const Error& error() const noexcept { return *error_; }
  const char* what() const noexcept override { return error_->message.c_str(); }

 private:
  std::shared_ptr<const Error> error_;  // exceptions are copied, and that must not fail
};

// Found when it is first needed, so that a process whose connections are not ours never loads it;
// looked for again as long as it is not found. Throws NoCrypto, or std::bad_alloc.
const Crypto& crypto();

}  // namespace pgiam
