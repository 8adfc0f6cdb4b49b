#include "base/sha256.h"

#include <openssl/evp.h>

#include <atomic>
#include <new>
#include <stdexcept>

#include "base/per_thread.h"
#include "base/secret.h"
#include "base/state_lock.h"

namespace pgiam {
namespace {

constexpr std::size_t kBlock = 64;
constexpr char kDigits[] = "0123456789abcdef";

// Fetching takes OpenSSL's locks and longer than the hash itself. Under the state lock, so that no
// child inherits OpenSSL half initialised. Never freed: threads may hash until the process ends.
const EVP_MD* algorithm() {
  static std::atomic<const EVP_MD*> fetched{nullptr};
  if (const EVP_MD* md = fetched.load(std::memory_order_acquire)) return md;
  const StateLock lock;
  if (const EVP_MD* md = fetched.load(std::memory_order_relaxed)) return md;
  const EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (md == nullptr) throw std::runtime_error("OpenSSL has no SHA256");
  fetched.store(md, std::memory_order_release);
  return md;
}

struct Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() {
    if (evp == nullptr) throw std::bad_alloc();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

void check(int ok) {
  if (ok != 1) throw std::runtime_error("OpenSSL could not hash");
}

std::array<char, kBlock> padded_key(std::string_view key, unsigned char pad) {
  std::array<char, kBlock> block{};
  key.copy(block.data(), kBlock);
  for (char& byte : block) byte = static_cast<char>(byte ^ pad);
  return block;
}

}  // namespace

Sha256Digest sha256(std::span<const std::string_view> pieces) {
  PerThread<Context> of_this_thread;
  const Context& context = of_this_thread.get();
  check(EVP_DigestInit_ex2(context.evp, algorithm(), nullptr));
  for (std::string_view piece : pieces)
    check(EVP_DigestUpdate(context.evp, piece.data(), piece.size()));
  Sha256Digest digest;
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context.evp, digest.data(), &size));
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
