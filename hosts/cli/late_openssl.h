// OpenSSL, loaded where a certificate is looked at: libpq says one sentence for many faults.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace pgiam::cli {

#define PGIAM_OPENSSL_FUNCTIONS(X)                                                           \
  X(TLS_client_method)                                                                   \
  X(SSL_CTX_new) X(SSL_CTX_free) X(SSL_new) X(SSL_free) X(SSL_set_fd) X(SSL_connect)     \
      X(SSL_get_error) X(SSL_read) X(SSL_write) X(SSL_ctrl) X(SSL_get_peer_cert_chain)   \
  X(X509_free)                                                                                   \
  X(X509_get0_notBefore) X(X509_get0_notAfter) X(X509_get_subject_name)       \
      X(X509_get_issuer_name) X(X509_NAME_oneline) X(ASN1_TIME_to_tm) X(X509_STORE_new)          \
          X(X509_STORE_free) X(X509_STORE_load_locations) X(X509_STORE_set_default_paths)        \
              X(X509_STORE_CTX_new) X(X509_STORE_CTX_free) X(X509_STORE_CTX_init)                \
                  X(X509_verify_cert) X(X509_STORE_CTX_get_error)                                \
                      X(X509_STORE_CTX_get_current_cert) X(X509_verify_cert_error_string)        \
                          X(X509_get_ext_d2i) X(GENERAL_NAMES_free) X(OPENSSL_sk_num)            \
                              X(OPENSSL_sk_value) X(ASN1_STRING_get0_data) X(ASN1_STRING_length) \
                                  X(ERR_clear_error)                                             \
  X(BIO_new_mem_buf) X(BIO_free) X(PEM_read_bio_X509) X(X509_digest) X(EVP_sha256)               \
      X(X509_NAME_get_text_by_NID) X(X509_STORE_add_cert)

struct LateOpenssl {
#define PGIAM_DECLARE(name) decltype(&::name) name;
  PGIAM_OPENSSL_FUNCTIONS(PGIAM_DECLARE)
#undef PGIAM_DECLARE
  decltype(&::SSL_get1_peer_certificate) SSL_get1_peer_certificate;  // 1.1 has it by an older name
};

// nullptr where it is not installed.
const LateOpenssl* late_openssl();

}  // namespace pgiam::cli
