#include "adapters/http_module/trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include <new>
#include <optional>

#include "base/openssl_library.h"

namespace {

#define PGIAM_TRUST_FUNCTIONS(X)                                                                     \
  X(BIO_new_mem_buf) X(BIO_free_all) X(PEM_X509_INFO_read_bio) X(X509_INFO_free) X(OPENSSL_sk_num)   \
  X(OPENSSL_sk_value) X(OPENSSL_sk_pop_free) X(X509_STORE_new) X(X509_STORE_free)                    \
  X(X509_STORE_set_flags) X(X509_STORE_add_cert) X(X509_STORE_add_crl) X(X509_STORE_load_locations)  \
  X(X509_STORE_set_default_paths) X(SSL_CTX_set1_cert_store) X(ERR_set_mark) X(ERR_pop_to_mark)      \
  X(ERR_peek_last_error)

struct Functions {
#define PGIAM_DECLARE(name) decltype(&::name) name = nullptr;
  PGIAM_TRUST_FUNCTIONS(PGIAM_DECLARE)
#undef PGIAM_DECLARE
  bool is_3 = false;
};

// Those of the OpenSSL that libcurl works with, and of no other: only then may it be given an object of
// ours. None where it has another TLS library, or an OpenSSL inside.
std::optional<Functions> openssl_of_libcurl() {
  const char* tls = libcurl.version_info(CURLVERSION_NOW)->ssl_version;
  const std::string_view version = tls != nullptr ? tls : "";
  Functions found;
  found.is_3 = version.starts_with("OpenSSL/3.");
  if (!found.is_3 && !version.starts_with("OpenSSL/1.1.1")) return std::nullopt;
  void* const library = pgiam::loaded_openssl("libssl", found.is_3);
  bool is_whole = library != nullptr;
#define PGIAM_TAKE(name) is_whole = is_whole && pgiam::find_symbol(library, #name, found.name);
  PGIAM_TRUST_FUNCTIONS(PGIAM_TAKE)
#undef PGIAM_TAKE
  if (!is_whole) return std::nullopt;
  return found;
}

const Functions* openssl() {
  static const std::optional<Functions> functions = openssl_of_libcurl();
  return functions ? &*functions : nullptr;
}

// The thread's queue of errors belongs to the host as well: it is left as it was.
class ErrorsOfOurOwn {
 public:
  ErrorsOfOurOwn() { openssl()->ERR_set_mark(); }
  ErrorsOfOurOwn(const ErrorsOfOurOwn&) = delete;
  ErrorsOfOurOwn& operator=(const ErrorsOfOurOwn&) = delete;
  ~ErrorsOfOurOwn() { openssl()->ERR_pop_to_mark(); }
  static bool tell_of_memory() {
    const unsigned long last = openssl()->ERR_peek_last_error();
    constexpr unsigned long kMallocFailureOf11 = 1 | 64;
    return openssl()->is_3 ? ERR_GET_REASON(last) == ERR_R_MALLOC_FAILURE
                           : (last & 0xFFF) == kMallocFailureOf11;
  }
};

std::string system_bundle() {
  const curl_version_info_data* info = libcurl.version_info(CURLVERSION_NOW);
  return info->age >= CURLVERSION_TENTH && info->cainfo != nullptr ? info->cainfo : "";
}

// One at least.
bool add_certificates(X509_STORE* store, std::string_view pem) {
  const Functions& ssl = *openssl();
  if (pem.size() > INT_MAX) return false;
  const std::unique_ptr<BIO, void (*)(BIO*)> bio(
      ssl.BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), ssl.BIO_free_all);
  if (!bio) return false;
  const std::unique_ptr<OPENSSL_STACK, void (*)(OPENSSL_STACK*)> found(
      reinterpret_cast<OPENSSL_STACK*>(ssl.PEM_X509_INFO_read_bio(bio.get(), nullptr, nullptr, nullptr)),
      [](OPENSSL_STACK* all) {
        openssl()->OPENSSL_sk_pop_free(
            all, [](void* info) { openssl()->X509_INFO_free(static_cast<X509_INFO*>(info)); });
      });
  bool any = false;
  for (int i = 0; found && i < ssl.OPENSSL_sk_num(found.get()); ++i) {
    const auto* info = static_cast<const X509_INFO*>(ssl.OPENSSL_sk_value(found.get(), i));
    if (info->x509 != nullptr && ssl.X509_STORE_add_cert(store, info->x509) != 1) return false;
    if (info->crl != nullptr && ssl.X509_STORE_add_crl(store, info->crl) != 1) return false;
    any = any || info->x509 != nullptr;
  }
  return any;
}

bool is_regular(const std::string& file) {
  struct stat facts {};
  return stat(file.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         access(file.c_str(), R_OK) == 0;
}

CURLcode give_store(CURL*, void* ssl_ctx, void* store) {
  openssl()->SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(ssl_ctx), static_cast<X509_STORE*>(store));
  return CURLE_OK;
}

}  // namespace

std::unique_ptr<pgiam_http_trust> pgiam_http_trust::load(const std::string& pem_file,
                                                         std::string_view pem) {
  std::unique_ptr<pgiam_http_trust> trust(new pgiam_http_trust);
  trust->file_ = pem_file.empty() ? system_bundle() : pem_file;
  const bool has_file = is_regular(trust->file_);
  if (openssl() == nullptr) {
    if (!has_file) trust.reset();  // libcurl would wait for a pipe as long as that takes
    return trust;
  }
  const Functions& ssl = *openssl();
  const ErrorsOfOurOwn errors;
  X509_STORE* store = trust->store_ = ssl.X509_STORE_new();
  if (store == nullptr) throw std::bad_alloc();
  // As libcurl does: a trusted intermediate certificate suffices.
  ssl.X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  const bool filled = !pem_file.empty() ? add_certificates(store, pem)
                      : has_file ? ssl.X509_STORE_load_locations(store, trust->file_.c_str(), nullptr) == 1
                                 // OpenSSL's own place, or SSL_CERT_FILE and SSL_CERT_DIR.
                                 : ssl.X509_STORE_set_default_paths(store) == 1;
  if (filled) return trust;
  if (errors.tell_of_memory()) throw std::bad_alloc();
  return nullptr;
}

pgiam_http_trust::~pgiam_http_trust() {
  if (store_ != nullptr) openssl()->X509_STORE_free(store_);
}

void pgiam_http_trust::use_in(CURL* easy) {
  // A CA directory would be searched anew for each connection.
  libcurl.easy_setopt(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  libcurl.easy_setopt(easy, CURLOPT_CAINFO, store_ == nullptr ? file_.c_str() : nullptr);
  if (store_ == nullptr) return;
  libcurl.easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, give_store);
  libcurl.easy_setopt(easy, CURLOPT_SSL_CTX_DATA, store_);
}
