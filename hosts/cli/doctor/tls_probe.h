// What libpq does not tell: the certificates that a server shows, and what it asks for first. No
// password goes over this connection.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "../late_openssl.h"
#include "socket.h"

namespace pgiam::cli::doctor {

// As OpenSSL's verification sees it, whatever libpq was told.
struct ShownCertificate {
  std::string subject, issuer;
  std::vector<std::string> names;  // that it is for
  long error = X509_V_OK;  // of the chain, by the CA file
  std::string error_text;
  std::time_t bad_not_before = 0, bad_not_after = 0;  // of the certificate that is in error
};

class TlsProbe {
 public:
  // Over a socket whose other end has agreed to TLS. `ca_file`: "" for none, "system" for OpenSSL's
  // own.
  TlsProbe(const LateOpenssl& openssl, const Socket& socket, const std::string& host,
           const std::string& ca_file, Deadline deadline);
  TlsProbe(const TlsProbe&) = delete;
  TlsProbe& operator=(const TlsProbe&) = delete;
  ~TlsProbe();

  bool has_finished() const { return has_finished_; }
  const std::optional<ShownCertificate>& certificate() const { return certificate_; }
  // The kind of the server's AuthenticationRequest (3 clear text, 5 MD5, 10 SASL, …); nothing where it
  // does not ask.
  std::optional<int> first_request(const std::string& user, const std::string& database);

 private:
  bool go_on(int result);
  bool write(const std::string& bytes);
  bool read(char* bytes, std::size_t size);
  bool read_message(char& type, std::string& body);
  void look_at_certificate(const std::string& ca_file);

  const LateOpenssl& openssl_;
  const Socket& socket_;
  const Deadline deadline_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool has_finished_ = false;
  std::optional<ShownCertificate> certificate_;
};

}  // namespace pgiam::cli::doctor
