#include "adapters/http_module/trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include <new>

namespace {

// The thread's queue of errors belongs to the host as well: it is left as it was.
class ErrorsOfOurOwn {
 public:
  ErrorsOfOurOwn() { ERR_set_mark(); }
  ErrorsOfOurOwn(const ErrorsOfOurOwn&) = delete;
  ErrorsOfOurOwn& operator=(const ErrorsOfOurOwn&) = delete;
  ~ErrorsOfOurOwn() { ERR_pop_to_mark(); }
  static bool tell_of_memory() {
    return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
  }
};

// Only then may libcurl be given an OpenSSL object of ours.
bool curl_has_our_openssl() {
  const char* tls = curl_version_info(CURLVERSION_NOW)->ssl_version;
  return tls != nullptr && std::string_view(tls).starts_with("OpenSSL/3.");
}

std::string system_bundle() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  return info->age >= CURLVERSION_TENTH && info->cainfo != nullptr ? info->cainfo : "";
}

// One at least.
bool add_certificates(X509_STORE* store, std::string_view pem) {
  if (pem.size() > INT_MAX) return false;
  const std::unique_ptr<BIO, void (*)(BIO*)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  if (!bio) return false;
  const std::unique_ptr<STACK_OF(X509_INFO), void (*)(STACK_OF(X509_INFO)*)> found(
      PEM_X509_INFO_read_bio(bio.get(), nullptr, nullptr, nullptr),
      [](STACK_OF(X509_INFO)* all) { sk_X509_INFO_pop_free(all, X509_INFO_free); });
  bool any = false;
  for (int i = 0; found && i < sk_X509_INFO_num(found.get()); ++i) {
    const X509_INFO* info = sk_X509_INFO_value(found.get(), i);
    if (info->x509 != nullptr && X509_STORE_add_cert(store, info->x509) != 1) return false;
    if (info->crl != nullptr && X509_STORE_add_crl(store, info->crl) != 1) return false;
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
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(ssl_ctx), static_cast<X509_STORE*>(store));
  return CURLE_OK;
}

}  // namespace

std::unique_ptr<pgiam_http_trust> pgiam_http_trust::load(const std::string& pem_file,
                                                         std::string_view pem) {
  const ErrorsOfOurOwn errors;
  std::unique_ptr<pgiam_http_trust> trust(new pgiam_http_trust);
  trust->file_ = pem_file.empty() ? system_bundle() : pem_file;
  const bool has_file = is_regular(trust->file_);
  if (!curl_has_our_openssl()) {
    if (!has_file) trust.reset();  // libcurl would wait for a pipe as long as that takes
    return trust;
  }
  X509_STORE* store = trust->store_ = X509_STORE_new();
  if (store == nullptr) throw std::bad_alloc();
  // As libcurl does: a trusted intermediate certificate suffices.
  X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  const bool filled = !pem_file.empty() ? add_certificates(store, pem)
                      : has_file ? X509_STORE_load_file(store, trust->file_.c_str()) == 1
                                 // OpenSSL's own place, or SSL_CERT_FILE and SSL_CERT_DIR.
                                 : X509_STORE_set_default_paths(store) == 1;
  if (filled) return trust;
  if (errors.tell_of_memory()) throw std::bad_alloc();
  return nullptr;
}

pgiam_http_trust::~pgiam_http_trust() { X509_STORE_free(store_); }

void pgiam_http_trust::use_in(CURL* easy) {
  // A CA directory would be searched anew for each connection.
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAINFO, store_ == nullptr ? file_.c_str() : nullptr);
  if (store_ == nullptr) return;
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, give_store);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, store_);
}
