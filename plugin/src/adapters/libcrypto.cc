// Cryptography from OpenSSL's libcrypto, 3 or 1.1.1, whichever this system has. Only functions that
// both have, with one form. Hashes are its plain functions, which are as fast as a hash can be and take no
// memory; those that took their place (EVP) load providers and allocate first, and OpenSSL 3.0 crashes in
// that when memory is out.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <atomic>
#include <new>
#include <stdexcept>

#include "base/crypto.h"
#include "base/load_lock.h"
#include "base/openssl_library.h"

namespace pgiam {
namespace {

#define PGIAM_LIBCRYPTO_FUNCTIONS(X)                                                             \
  X(SHA256_Init) X(SHA256_Update) X(SHA256_Final) X(SHA1)                                        \
  X(ERR_set_mark) X(ERR_pop_to_mark) X(BIO_new_mem_buf) X(BIO_free_all)                          \
  X(PEM_read_bio_PrivateKey) X(EVP_PKEY_free) X(EVP_PKEY_get1_EC_KEY) X(EC_KEY_free)             \
  X(EC_KEY_get0_group) X(EC_GROUP_get_curve_name) X(EC_KEY_get0_public_key)                      \
  X(EC_POINT_point2oct) X(EVP_MD_CTX_new) X(EVP_MD_CTX_free) X(EVP_sha256)                       \
  X(EVP_DigestSignInit) X(EVP_DigestSign) X(d2i_ECDSA_SIG) X(ECDSA_SIG_free) X(ECDSA_SIG_get0_r) \
  X(ECDSA_SIG_get0_s) X(BN_bn2binpad)

struct Functions {
#define PGIAM_DECLARE(name) decltype(&::name) name = nullptr;
  PGIAM_LIBCRYPTO_FUNCTIONS(PGIAM_DECLARE)
#undef PGIAM_DECLARE

  // The name of one that is missing; null: all are there.
  const char* take_from(void* library) {
    const char* missing = nullptr;
#define PGIAM_TAKE(name) \
  if (!find_symbol(library, #name, this->name)) missing = #name;
    PGIAM_LIBCRYPTO_FUNCTIONS(PGIAM_TAKE)
#undef PGIAM_TAKE
    return missing;
  }
};

constinit Functions libcrypto;  // written once, before `provider` tells of it

// The thread's queue of errors belongs to the host as well: it is left as it was.
class ErrorsOfOurOwn {
 public:
  ErrorsOfOurOwn() { libcrypto.ERR_set_mark(); }
  ErrorsOfOurOwn(const ErrorsOfOurOwn&) = delete;
  ErrorsOfOurOwn& operator=(const ErrorsOfOurOwn&) = delete;
  ~ErrorsOfOurOwn() { libcrypto.ERR_pop_to_mark(); }
};

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    (libcrypto.*Free)(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<&Functions::BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&Functions::EVP_PKEY_free>>;
using EcKey = std::unique_ptr<EC_KEY, Freed<&Functions::EC_KEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<&Functions::EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<&Functions::ECDSA_SIG_free>>;

constexpr int kSize = 32;

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void check(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

// DER has no fixed length, and drops leading zeros: both are put back.
std::string fixed(const BIGNUM* number) {
  std::string bytes(kSize, '\0');
  check(libcrypto.BN_bn2binpad(number, bytes_of(bytes), kSize) == kSize,
        "OpenSSL gave a number that is no part of P-256");
  return bytes;
}

// "" for one that is not on P-256.
std::string public_point_of(EVP_PKEY* key) {
  const EcKey ec(libcrypto.EVP_PKEY_get1_EC_KEY(key));
  const EC_GROUP* group = ec ? libcrypto.EC_KEY_get0_group(ec.get()) : nullptr;
  const EC_POINT* point = ec ? libcrypto.EC_KEY_get0_public_key(ec.get()) : nullptr;
  if (group == nullptr || point == nullptr ||
      libcrypto.EC_GROUP_get_curve_name(group) != NID_X9_62_prime256v1)
    return "";
  std::string text(1 + 2 * kSize, '\0');  // "uncompressed", x, y
  const std::size_t size = libcrypto.EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED,
                                                        bytes_of(text), text.size(), nullptr);
  return size == text.size() ? text.substr(1) : "";
}

// An encrypted key would otherwise ask for its password on the terminal.
int no_password(char*, int, int, void*) { return -1; }

class LibcryptoKey final : public P256Key {
 public:
  LibcryptoKey(Key key, std::string point) : key_(std::move(key)), point_(std::move(point)) {}
  std::string public_point() const override { return point_; }

  std::string sign(std::string_view message) const override {
    const ErrorsOfOurOwn errors;
    const DigestContext context(libcrypto.EVP_MD_CTX_new());
    unsigned char der[128];
    std::size_t size = sizeof der;
    check(context &&
              libcrypto.EVP_DigestSignInit(context.get(), nullptr, libcrypto.EVP_sha256(), nullptr,
                                           key_.get()) == 1 &&
              libcrypto.EVP_DigestSign(context.get(), der, &size, bytes_of(message), message.size()) == 1,
          "OpenSSL could not sign");
    const unsigned char* at = der;
    const Signature signature(libcrypto.d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
    check(signature != nullptr, "OpenSSL could not read its own signature");
    return fixed(libcrypto.ECDSA_SIG_get0_r(signature.get())) +
           fixed(libcrypto.ECDSA_SIG_get0_s(signature.get()));
  }

 private:
  const Key key_;
  const std::string point_;
};

class Libcrypto final : public Crypto {
 public:
  void sha256_start(Sha256State& state) const noexcept override { libcrypto.SHA256_Init(in(state)); }
  void sha256_add(Sha256State& state, std::span<const std::string_view> pieces) const noexcept override {
    for (std::string_view piece : pieces) libcrypto.SHA256_Update(in(state), piece.data(), piece.size());
  }
  void sha256_end(Sha256State& state, Sha256Digest& digest) const noexcept override {
    libcrypto.SHA256_Final(digest.data(), in(state));
  }
  void sha1(std::string_view text, std::array<unsigned char, 20>& digest) const noexcept override {
    libcrypto.SHA1(bytes_of(text), text.size(), digest.data());
  }
  std::shared_ptr<const P256Key> p256_key(std::string_view pem) const override {
    const ErrorsOfOurOwn errors;
    const Bio text(libcrypto.BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Key key(text ? libcrypto.PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr) : nullptr);
    std::string point = key ? public_point_of(key.get()) : "";
    if (point.empty()) return nullptr;
    return std::make_shared<const LibcryptoKey>(std::move(key), std::move(point));
  }

 private:
  static SHA256_CTX* in(Sha256State& state) {
    static_assert(sizeof(Sha256State) == sizeof(SHA256_CTX) && alignof(Sha256State) == alignof(SHA256_CTX));
    return reinterpret_cast<SHA256_CTX*>(state.data());
  }
};

constinit const Libcrypto by_libcrypto;
constinit std::atomic<const Crypto*> provider{nullptr};

[[gnu::cold]] const Crypto& load() {
  const LoadLock lock;
  if (const Crypto* found = provider.load(std::memory_order_acquire)) return *found;
  OpensslLibrary library = open_openssl("libcrypto");
  Functions functions;
  const char* missing = library.handle != nullptr ? functions.take_from(library.handle) : nullptr;
  if (library.handle != nullptr && missing == nullptr) {
    libcrypto = functions;
    provider.store(&by_libcrypto, std::memory_order_release);
    return by_libcrypto;
  }
  if (library.out_of_memory) throw std::bad_alloc();
  if (missing != nullptr)
    library.missing = std::string(library.is_3 ? "libcrypto.so.3" : "libcrypto.so.1.1") + " has no " + missing;
  Error error =
      make_error(Status::kUnsupported,
                 "OpenSSL's libcrypto, which signs tokens, cannot be loaded: " + library.missing,
                 "install OpenSSL 3 or 1.1.1; its package is libssl3 or libssl1.1 (Debian, Ubuntu), "
                 "openssl-libs (Fedora, RHEL and their like), libcrypto3 (Alpine)");
  error.code = "no_crypto";
  throw NoCrypto(std::move(error));
}

}  // namespace

const Crypto& crypto() {
  if (const Crypto* found = provider.load(std::memory_order_acquire)) return *found;
  return load();
}

}  // namespace pgiam
