// The plain functions of libcrypto, which are as fast as a hash can be and take no memory. Those that
// took their place (EVP) load providers and allocate first, and OpenSSL 3.0 crashes in that when
// memory is out.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <openssl/sha.h>

#include "base/secret.h"

namespace pgiam {
namespace {

constexpr std::size_t kBlock = 64;
constexpr char kDigits[] = "0123456789abcdef";

std::array<char, kBlock> padded_key(std::string_view key, unsigned char pad) {
  std::array<char, kBlock> block{};
  key.copy(block.data(), kBlock);
  for (char& byte : block) byte = static_cast<char>(byte ^ pad);
  return block;
}

}  // namespace

Sha256Digest sha256(std::span<const std::string_view> pieces) {
  SHA256_CTX context;  // may have seen a key
  SHA256_Init(&context);
  for (std::string_view piece : pieces) SHA256_Update(&context, piece.data(), piece.size());
  Sha256Digest digest;
  SHA256_Final(digest.data(), &context);
  wipe(&context, sizeof context);
  return digest;
}

Sha256Digest hmac_sha256(std::string_view key, std::string_view message) {
  Sha256Digest short_key{};
  if (key.size() > kBlock) {
    short_key = sha256(key);
    key = bytes_of(short_key);
  }
  auto block = padded_key(key, 0x36);
  const Sha256Digest inner = sha256({{block.data(), kBlock}, message});
  block = padded_key(key, 0x5c);
  const Sha256Digest outer = sha256({{block.data(), kBlock}, bytes_of(inner)});
  wipe(block.data(), block.size());
  wipe(short_key.data(), short_key.size());
  return outer;
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
