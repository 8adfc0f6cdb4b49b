#include "adapters/http_module/trust.h"

#include <openssl/ssl.h>
#include <unistd.h>

#include <memory>
#include <string_view>

namespace {

// Only then may libcurl be given an OpenSSL object of ours.
bool curl_has_our_openssl() {
  const char* tls = curl_version_info(CURLVERSION_NOW)->ssl_version;
  return tls != nullptr && std::string_view(tls).starts_with("OpenSSL/3.");
}

std::string system_bundle() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  return info->age >= CURLVERSION_TENTH && info->cainfo != nullptr ? info->cainfo : "";
}

bool fill(X509_STORE* store, const std::string& file) {
  // As libcurl does: a trusted intermediate certificate suffices.
  X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  if (!file.empty()) return X509_STORE_load_file(store, file.c_str()) == 1;
  // OpenSSL's own place, or SSL_CERT_FILE and SSL_CERT_DIR.
  return X509_STORE_set_default_paths(store) == 1;
}

CURLcode give_store(CURL*, void* ssl_ctx, void* store) {
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(ssl_ctx), static_cast<X509_STORE*>(store));
  return CURLE_OK;
}

}  // namespace

pgiam_http_trust* pgiam_http_trust::load(const std::string& pem_file) {
  std::unique_ptr<pgiam_http_trust> trust(new pgiam_http_trust);
  trust->file_ = pem_file;
  if (pem_file.empty()) {
    trust->file_ = system_bundle();
    if (access(trust->file_.c_str(), R_OK) != 0) trust->file_.clear();
  }
  if (curl_has_our_openssl()) {
    trust->store_ = X509_STORE_new();
    if (trust->store_ == nullptr || !fill(trust->store_, trust->file_)) return nullptr;
  } else if (access(trust->file_.c_str(), R_OK) != 0) {
    return nullptr;
  }
  return trust.release();
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
