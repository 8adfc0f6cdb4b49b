#include "late_openssl.h"

#include <optional>

#include "base/load_lock.h"
#include "base/openssl_library.h"

namespace pgiam::cli {
namespace {

std::optional<LateOpenssl> load() {
  const OpensslLibrary library = [] {
    const LoadLock lock;
    return open_openssl("libssl");
  }();
  if (library.handle == nullptr) return std::nullopt;
  LateOpenssl openssl;
  bool is_whole = true;
#define PGIAM_TAKE(name) is_whole = find_symbol(library.handle, #name, openssl.name) && is_whole;
  PGIAM_OPENSSL_FUNCTIONS(PGIAM_TAKE)
#undef PGIAM_TAKE
  const char* certificate = library.is_3 ? "SSL_get1_peer_certificate" : "SSL_get_peer_certificate";
  if (!find_symbol(library.handle, certificate, openssl.SSL_get1_peer_certificate) || !is_whole)
    return std::nullopt;
  return openssl;
}

}  // namespace

const LateOpenssl* late_openssl() {
  static const std::optional<LateOpenssl> openssl = load();
  return openssl ? &*openssl : nullptr;
}

}  // namespace pgiam::cli
