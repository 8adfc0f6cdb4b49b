// SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over OpenSSL's plain functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace pgiam {

using Sha256Digest = std::array<unsigned char, 32>;

// Of the pieces one after the other.
Sha256Digest sha256(std::span<const std::string_view> pieces);
inline Sha256Digest sha256(std::initializer_list<std::string_view> pieces) {
  return sha256(std::span(pieces.begin(), pieces.size()));
}
inline Sha256Digest sha256(std::string_view text) { return sha256({text}); }

Sha256Digest hmac_sha256(std::string_view key, std::string_view message);

// A key that is used often: its two padded blocks are hashed once (RFC 2104, section 4).
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  HmacKey(const HmacKey&) = delete;
  HmacKey& operator=(const HmacKey&) = delete;
  ~HmacKey();
  Sha256Digest sign(std::string_view message) const;

 private:
  using State = std::array<std::uint32_t, 28>;  // SHA256_CTX
  State inner_, outer_;
};

inline std::string_view bytes_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
// Lower-case hexadecimal.
std::array<char, 64> hex_digits(Sha256Digest digest);
void append_hex(std::string& out, std::string_view bytes);
std::string hex(std::string_view bytes);

}  // namespace pgiam
