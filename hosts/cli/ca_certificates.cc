#include "ca_certificates.h"

#include <openssl/pem.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/printable.h"
#include "late_openssl.h"
#include "report.h"
#include "times.h"

namespace pgiam::cli {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

const LateOpenssl& openssl() {
  if (const auto* library = late_openssl()) return *library;
  throw UsageError("this machine has no OpenSSL to read certificates with",
                   "install it; Debian: apt-get install libssl3");
}

using X509Ptr = std::unique_ptr<X509, void (*)(X509*)>;

X509Ptr parse(const std::string& pem) {
  const auto& ssl = openssl();
  BIO* bio = ssl.BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = bio ? ssl.PEM_read_bio_X509(bio, nullptr, nullptr, nullptr) : nullptr;
  if (bio) ssl.BIO_free(bio);
  ssl.ERR_clear_error();
  return {certificate, ssl.X509_free};
}

std::string sha256_of(const X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  openssl().X509_digest(certificate, openssl().EVP_sha256(), digest, &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", digest[i]);
    text += digits;
  }
  return text;
}

// One line, whatever the certificate's maker wrote into it.
std::string name_of(const X509* certificate) {
  char text[256] = "";
  X509_NAME* subject = openssl().X509_get_subject_name(certificate);
  if (openssl().X509_NAME_get_text_by_NID(subject, NID_commonName, text, sizeof text) <= 0)
    openssl().X509_NAME_oneline(subject, text, sizeof text);
  return without_controls(text, ' ');
}

std::time_t time_of(const ASN1_TIME* time) {
  std::tm utc{};
  if (!time || openssl().ASN1_TIME_to_tm(time, &utc) != 1)
    throw UsageError("a certificate has no dates", "name a file of CA certificates (PEM)");
  return timegm(&utc);
}

CaCertificate describe(std::string pem) {
  const X509Ptr parsed = parse(pem);
  if (!parsed)
    throw UsageError("what stands after " + std::string(kBegin) + " is no certificate",
                     "get the file again: it is damaged");
  const std::time_t end = time_of(openssl().X509_get0_notAfter(parsed.get()));
  CaCertificate told;
  told.pem = std::move(pem);
  told.sha256 = sha256_of(parsed.get());
  told.name = name_of(parsed.get());
  told.from = day_of(time_of(openssl().X509_get0_notBefore(parsed.get())));
  told.until = day_of(end);
  told.has_ended = end < std::time(nullptr);
  return told;
}

}  // namespace

std::vector<CaCertificate> read_certificates(std::string_view text) {
  std::vector<CaCertificate> all;
  for (auto begin = text.find(kBegin); begin != text.npos; begin = text.find(kBegin, begin + 1)) {
    const auto end = text.find(kEnd, begin);
    if (end == text.npos) break;
    CaCertificate told =
        describe(std::string(text.substr(begin, end + kEnd.size() - begin)) + "\n");
    const bool is_known = std::any_of(all.begin(), all.end(), [&](const CaCertificate& other) {
      return other.sha256 == told.sha256;
    });
    if (!is_known) all.push_back(std::move(told));
  }
  return all;
}

bool is_signed_by(const CaCertificate& certificate, const std::vector<CaCertificate>& roots) {
  const auto& ssl = openssl();
  const X509Ptr leaf = parse(certificate.pem);
  const std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(ssl.X509_STORE_new(),
                                                                 ssl.X509_STORE_free);
  const std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)> context(
      ssl.X509_STORE_CTX_new(), ssl.X509_STORE_CTX_free);
  if (!leaf || !store || !context) return false;
  for (const CaCertificate& root : roots)
    if (const X509Ptr parsed = parse(root.pem))
      ssl.X509_STORE_add_cert(store.get(), parsed.get());
  const bool is_good =
      ssl.X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr) == 1 &&
      ssl.X509_verify_cert(context.get()) == 1;
  ssl.ERR_clear_error();
  return is_good;
}

}  // namespace pgiam::cli
