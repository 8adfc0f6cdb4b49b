#include "base/es256.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <stdexcept>

namespace pgiam {
namespace {

constexpr int kSize = 32;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using BigNumber = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

EVP_PKEY* pkey(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

// The thread's queue of errors belongs to the host as well: it is left as it was.
class ErrorsOfOurOwn {
 public:
  ErrorsOfOurOwn() { ERR_set_mark(); }
  ErrorsOfOurOwn(const ErrorsOfOurOwn&) = delete;
  ErrorsOfOurOwn& operator=(const ErrorsOfOurOwn&) = delete;
  ~ErrorsOfOurOwn() { ERR_pop_to_mark(); }
};

void check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

// DER has no fixed length, and drops leading zeros: both are put back.
std::string fixed(const BIGNUM* number) {
  std::string bytes(kSize, '\0');
  check(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), kSize) == kSize,
        "OpenSSL gave a number that is no part of P-256");
  return bytes;
}

std::string coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  check(EVP_PKEY_get_bn_param(key, name, &number) == 1, "OpenSSL could not read a public key");
  return fixed(BigNumber(number).get());
}

bool is_p256(EVP_PKEY* key) {
  char group[32] = "";
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
         std::string_view(group) == "prime256v1";
}

// An encrypted key would otherwise ask for its password on the terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

Result<Es256Key> Es256Key::from_pem(std::string_view pem) {
  const ErrorsOfOurOwn errors;
  const Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::shared_ptr<EVP_PKEY> key(
      text ? PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr) : nullptr,
      EVP_PKEY_free);
  if (!key || !is_p256(key.get()))
    return make_error(Status::kBadConfig, "not a private key on the curve P-256 in PEM");
  Es256Key result{std::shared_ptr<void>(key)};
  result.x_ = coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X);
  result.y_ = coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
  return result;
}

std::string Es256Key::sign(std::string_view message) const {
  const ErrorsOfOurOwn errors;
  const DigestContext context(EVP_MD_CTX_new());
  unsigned char der[128];
  std::size_t size = sizeof der;
  check(context &&
            EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, pkey(key_)) == 1 &&
            EVP_DigestSign(context.get(), der, &size,
                           reinterpret_cast<const unsigned char*>(message.data()),
                           message.size()) == 1,
        "OpenSSL could not sign");
  const unsigned char* at = der;
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  check(signature != nullptr, "OpenSSL could not read its own signature");
  return fixed(ECDSA_SIG_get0_r(signature.get())) + fixed(ECDSA_SIG_get0_s(signature.get()));
}

}  // namespace pgiam
