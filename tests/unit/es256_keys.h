// Keys for tests of ES256: made afresh, in both forms in which tools write them, and verified by
// OpenSSL itself.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>
#include <string_view>

namespace pgiam::test {

class Es256TestKey {
 public:
  explicit Es256TestKey(const char* curve = "P-256") : key_(EVP_EC_gen(curve), EVP_PKEY_free) {}

  // "BEGIN PRIVATE KEY"
  std::string pkcs8() const {
    return written([&](BIO* to) {
      PEM_write_bio_PrivateKey(to, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  // "BEGIN EC PRIVATE KEY"
  std::string sec1() const {
    return written([&](BIO* to) {
      PEM_write_bio_PrivateKey_traditional(to, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  std::string encrypted() const {
    return written([&](BIO* to) {
      PEM_write_bio_PKCS8PrivateKey(to, key_.get(), EVP_aes_128_cbc(), "pw", 2, nullptr, nullptr);
    });
  }
  // `signature` is r and s, 32 bytes each.
  bool verifies(std::string_view message, std::string_view signature) const {
    if (signature.size() != 64) return false;
    const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(),
                                                                     ECDSA_SIG_free);
    ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
    unsigned char der[128];
    unsigned char* end = der;
    const int size = i2d_ECDSA_SIG(pair.get(), &end);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size),
                            reinterpret_cast<const unsigned char*>(message.data()),
                            message.size()) == 1;
  }

 private:
  template <typename Write>
  static std::string written(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> to(BIO_new(BIO_s_mem()), BIO_free_all);
    write(to.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(to.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

// The bytes of base64url text without padding (RFC 4648, section 5).
inline std::string decode_base64url(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  unsigned bits = 0;
  int held = 0;
  for (char letter : text) {
    bits = bits << 6 | static_cast<unsigned>(kLetters.find(letter));
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held);
  }
  return bytes;
}

}  // namespace pgiam::test
