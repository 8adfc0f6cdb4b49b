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
constexpr char kDigits[] = "0123456789abcdef";

template <typename State>
void hash_padded_key(State& state, std::string_view key, unsigned char pad) {
  static_assert(sizeof(State) == sizeof(SHA256_CTX) && alignof(State) == alignof(SHA256_CTX));
  std::array<unsigned char, kBlock> block;
  block.fill(pad);
  for (std::size_t i = 0; i < key.size(); ++i)
    block[i] = static_cast<unsigned char>(static_cast<unsigned char>(key[i]) ^ pad);
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), kBlock);
  std::memcpy(&state, &context, sizeof state);
  wipe(block.data(), block.size());
  wipe(&context, sizeof context);
}

// The context may have seen a key.
Sha256Digest finish(SHA256_CTX& context) {
  Sha256Digest digest;
  SHA256_Final(digest.data(), &context);
  wipe(&context, sizeof context);
  return digest;
}

template <typename State>
Sha256Digest hash_from(const State& state, std::string_view text) {
  SHA256_CTX context;
  std::memcpy(&context, &state, sizeof context);
  SHA256_Update(&context, text.data(), text.size());
  return finish(context);
}

}  // namespace

Sha256Digest sha256(std::span<const std::string_view> pieces) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (std::string_view piece : pieces) SHA256_Update(&context, piece.data(), piece.size());
  return finish(context);
}

HmacKey::HmacKey(std::string_view key) {
  Sha256Digest short_key{};
  if (key.size() > kBlock) {
    short_key = sha256(key);
    key = bytes_of(short_key);
  }
  hash_padded_key(inner_, key, 0x36);
  hash_padded_key(outer_, key, 0x5c);
  wipe(short_key.data(), short_key.size());
}

HmacKey::~HmacKey() {
  wipe(&inner_, sizeof inner_);
  wipe(&outer_, sizeof outer_);
}

Sha256Digest HmacKey::sign(std::string_view message) const {
  return hash_from(outer_, bytes_of(hash_from(inner_, message)));
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view message) {
  return HmacKey(key).sign(message);
}

std::array<char, 64> hex_digits(Sha256Digest digest) {
  std::array<char, 64> text;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return text;
}

void append_hex(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + bytes.size() * 2);
  char* at = out.data() + before;
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
}

std::string hex(std::string_view bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

}  // namespace pgiam
