#include "late_openssl.h"

#include <dlfcn.h>
#include <openssl/err.h>

#include <optional>

namespace pgiam::cli::doctor {
namespace {

template <typename Function>
bool take(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

std::optional<LateOpenssl> load() {
  void* crypto = dlopen("libcrypto.so.3", RTLD_LAZY);
  void* ssl = dlopen("libssl.so.3", RTLD_LAZY);
  if (crypto == nullptr || ssl == nullptr) return std::nullopt;
  LateOpenssl openssl;
  bool is_whole = true;
#define PGIAM_SSL(name) is_whole = take(ssl, #name, openssl.name) && is_whole;
#define PGIAM_CRYPTO(name) is_whole = take(crypto, #name, openssl.name) && is_whole;
  PGIAM_SSL_FUNCTIONS(PGIAM_SSL)
  PGIAM_CRYPTO_FUNCTIONS(PGIAM_CRYPTO)
#undef PGIAM_SSL
#undef PGIAM_CRYPTO
  if (!is_whole) return std::nullopt;
  return openssl;
}

}  // namespace

const LateOpenssl* late_openssl() {
  static const std::optional<LateOpenssl> openssl = load();
  return openssl ? &*openssl : nullptr;
}

}  // namespace pgiam::cli::doctor
