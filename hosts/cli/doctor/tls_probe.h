// What libpq does not tell: the certificates that a server shows, and what it asks for first. No
// password goes over this connection.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "late_openssl.h"
#include "socket.h"

namespace pgiam::cli::doctor {

// As OpenSSL's verification sees it, whatever libpq was told.
struct ShownCertificate {
  std::string subject, issuer;
  std::vector<std::string> names;  // that it is for
  std::time_t not_before = 0, not_after = 0;
  bool is_for_host = false;
  long error = X509_V_OK;  // of the chain, by the CA file
  std::string error_text;
  std::time_t bad_not_before = 0, bad_not_after = 0;  // of the certificate that is in error
};

// The first thing that a server says to a user who logs in.
struct FirstAnswer {
  enum class Kind { kNone, kError, kAsks, kClosed, kSilent };
  Kind kind = Kind::kNone;
  int asks = -1;                  // AuthenticationRequest: 3 clear text, 5 MD5, 10 SASL, …
  std::string sqlstate, message;  // of an error
  bool is_of_postgres = true;     // the error has a place in PostgreSQL's sources
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
  FirstAnswer log_in_without_password(const std::string& user, const std::string& database);

 private:
  bool go_on(int result);
  bool write(const std::string& bytes);
  bool read(char* bytes, std::size_t size);
  bool read_message(char& type, std::string& body);
  void look_at_certificate(const std::string& host, const std::string& ca_file);

  const LateOpenssl& openssl_;
  const Socket& socket_;
  const Deadline deadline_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool has_finished_ = false, is_out_of_time_ = false;
  std::optional<ShownCertificate> certificate_;
};

}  // namespace pgiam::cli::doctor
