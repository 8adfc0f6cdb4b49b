// The plain functions of libcrypto, which are as fast as a hash can be and take no memory. Those that
// took their place (EVP) load providers and allocate first, and OpenSSL 3.0 crashes in that when
// memory is out.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <openssl/sha.h>

#include <cstring>

#include "base/secret.h"

namespace pgiam {
namespace {

constexpr std::size_t kBlock = 64;

// Without a table or a branch, so that compilers make many digits at once of it.
char hex_digit(int value) { return static_cast<char>('0' + value + (value > 9 ? 'a' - '9' - 1 : 0)); }

inline void put_hex(char* out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = hex_digit(byte >> 4);
    out[2 * i + 1] = hex_digit(byte & 15);
  }
}

void update(SHA256_CTX& context, std::span<const std::string_view> pieces) {
  for (std::string_view piece : pieces) SHA256_Update(&context, piece.data(), piece.size());
}

// The context may have seen a key.
Sha256Digest finish(SHA256_CTX& context) {
  Sha256Digest digest;
  SHA256_Final(digest.data(), &context);
  wipe(&context, sizeof context);
  return digest;
}

}  // namespace

Sha256Digest sha256(std::span<const std::string_view> pieces) {
  SHA256_CTX context;
  SHA256_Init(&context);
  update(context, pieces);
  return finish(context);
}

Sha256Prefix::Sha256Prefix(std::span<const std::string_view> pieces) {
  static_assert(sizeof state_ == sizeof(SHA256_CTX) && alignof(decltype(state_)) == alignof(SHA256_CTX));
  SHA256_CTX context;
  SHA256_Init(&context);
  update(context, pieces);
  std::memcpy(&state_, &context, sizeof state_);
  wipe(&context, sizeof context);
}

Sha256Prefix::~Sha256Prefix() { wipe(&state_, sizeof state_); }

Sha256Digest Sha256Prefix::finish(std::span<const std::string_view> pieces) const {
  SHA256_CTX context;
  std::memcpy(&context, &state_, sizeof context);
  update(context, pieces);
  return pgiam::finish(context);
}

struct HmacKey::PaddedKeys {
  explicit PaddedKeys(std::string_view key) {
    Sha256Digest short_key{};
    if (key.size() > kBlock) {
      short_key = sha256(key);
      key = bytes_of(short_key);
    }
    for (std::size_t i = 0; i < kBlock; ++i) {
      const char byte = i < key.size() ? key[i] : '\0';
      inner[i] = static_cast<char>(byte ^ 0x36);
      outer[i] = static_cast<char>(byte ^ 0x5c);
    }
    wipe(short_key.data(), short_key.size());
  }
  ~PaddedKeys() {
    wipe(inner, sizeof inner);
    wipe(outer, sizeof outer);
  }
  char inner[kBlock], outer[kBlock];
};

HmacKey::HmacKey(std::string_view key) : HmacKey(PaddedKeys(key)) {}

HmacKey::HmacKey(const PaddedKeys& keys)
    : inner_(std::array{std::string_view(keys.inner, kBlock)}),
      outer_(std::array{std::string_view(keys.outer, kBlock)}) {}

Sha256Digest HmacKey::sign(std::span<const std::string_view> pieces) const {
  const Sha256Digest inner = inner_.finish(pieces);
  return outer_.finish(std::array{bytes_of(inner)});
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view message) {
  return HmacKey(key).sign(std::array{message});
}

std::array<char, 64> hex_digits(const Sha256Digest& digest) {
  std::array<char, 64> text;
  put_hex(text.data(), bytes_of(digest));
  return text;
}

void append_hex(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + 2 * bytes.size());
  put_hex(out.data() + before, bytes);
}

std::string hex(std::string_view bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

}  // namespace pgiam
