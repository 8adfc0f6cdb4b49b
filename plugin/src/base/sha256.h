// SHA-256 (FIPS 180-4) and HMAC (RFC 2104).
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/crypto.h"

namespace pgiam {

// Of the pieces one after the other.
Sha256Digest sha256(std::span<const std::string_view> pieces);
inline Sha256Digest sha256(std::initializer_list<std::string_view> pieces) {
  return sha256(std::span(pieces.begin(), pieces.size()));
}
inline Sha256Digest sha256(std::string_view text) { return sha256({text}); }

// Into `digest`, which may hold the key itself: it may be a key as well, of which no copy is left.
void hmac_sha256(std::string_view key, std::string_view message, Sha256Digest& digest);

// The beginning that many texts share, hashed once. It may be a key: wiped.
class Sha256Prefix {
 public:
  explicit Sha256Prefix(std::span<const std::string_view> pieces);
  Sha256Prefix(const Sha256Prefix&) = delete;
  Sha256Prefix& operator=(const Sha256Prefix&) = delete;
  ~Sha256Prefix();
  // Of the beginning and the pieces one after the other.
  Sha256Digest finish(std::span<const std::string_view> pieces) const;

 private:
  const Crypto& provider_;
  Sha256State state_;
};

// A key that is used often: its two padded blocks are hashed once (RFC 2104, section 4).
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  // The message may come in pieces.
  Sha256Digest sign(std::span<const std::string_view> pieces) const;

 private:
  struct PaddedKeys;
  explicit HmacKey(const PaddedKeys& keys);
  const Sha256Prefix inner_, outer_;
};

inline std::string_view bytes_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
// Lower-case hexadecimal.
std::array<char, 64> hex_digits(const Sha256Digest& digest);
void append_hex(std::string& out, std::string_view bytes);
std::string hex(std::string_view bytes);

}  // namespace pgiam
