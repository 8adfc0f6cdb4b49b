#include "tls_probe.h"

#include <poll.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

namespace pgiam::cli::doctor {
namespace {

std::time_t time_of(const LateOpenssl& openssl, const ASN1_TIME* time) {
  std::tm utc{};
  return time != nullptr && openssl.ASN1_TIME_to_tm(time, &utc) == 1 ? timegm(&utc) : 0;
}

std::string name_of(const LateOpenssl& openssl, const X509_NAME* name) {
  char text[256] = "";
  openssl.X509_NAME_oneline(name, text, sizeof text);
  return text;
}

std::vector<std::string> names_of(const LateOpenssl& openssl, const X509* certificate) {
  std::vector<std::string> names;
  auto* list = static_cast<GENERAL_NAMES*>(
      openssl.X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  if (list == nullptr) return names;
  const auto* stack = reinterpret_cast<const OPENSSL_STACK*>(list);
  for (int i = 0; i < openssl.OPENSSL_sk_num(stack); ++i) {
    const auto* name = static_cast<const GENERAL_NAME*>(openssl.OPENSSL_sk_value(stack, i));
    if (name->type != GEN_DNS) continue;
    names.emplace_back(
        reinterpret_cast<const char*>(openssl.ASN1_STRING_get0_data(name->d.dNSName)),
        static_cast<std::size_t>(openssl.ASN1_STRING_length(name->d.dNSName)));
  }
  openssl.GENERAL_NAMES_free(list);
  return names;
}

void verify(const LateOpenssl& openssl, X509* certificate, STACK_OF(X509) * chain,
            const std::string& ca_file, ShownCertificate& shown) {
  X509_STORE* store = openssl.X509_STORE_new();
  if (ca_file == "system")
    openssl.X509_STORE_set_default_paths(store);
  else if (!ca_file.empty())
    openssl.X509_STORE_load_locations(store, ca_file.c_str(), nullptr);
  X509_STORE_CTX* context = openssl.X509_STORE_CTX_new();
  openssl.X509_STORE_CTX_init(context, store, certificate, chain);
  if (openssl.X509_verify_cert(context) != 1) {
    shown.error = openssl.X509_STORE_CTX_get_error(context);
    shown.error_text = openssl.X509_verify_cert_error_string(shown.error);
    if (const X509* bad = openssl.X509_STORE_CTX_get_current_cert(context)) {
      shown.bad_not_before = time_of(openssl, openssl.X509_get0_notBefore(bad));
      shown.bad_not_after = time_of(openssl, openssl.X509_get0_notAfter(bad));
    }
  }
  openssl.X509_STORE_CTX_free(context);
  openssl.X509_STORE_free(store);
  openssl.ERR_clear_error();
}

void append_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

}  // namespace

TlsProbe::TlsProbe(const LateOpenssl& openssl, const Socket& socket, const std::string& host,
                   const std::string& ca_file, Deadline deadline)
    : openssl_(openssl), socket_(socket), deadline_(deadline) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  context_ = openssl_.SSL_CTX_new(openssl_.TLS_client_method());
  if (context_ == nullptr) return;
  ssl_ = openssl_.SSL_new(context_);
  if (ssl_ == nullptr || openssl_.SSL_set_fd(ssl_, socket_.fd()) != 1) return;
  openssl_.SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str()));
  int result;
  do {
    result = openssl_.SSL_connect(ssl_);
  } while (result != 1 && go_on(result));
  has_finished_ = result == 1;
  if (has_finished_) look_at_certificate(ca_file);
}

TlsProbe::~TlsProbe() {
  if (ssl_ != nullptr) openssl_.SSL_free(ssl_);
  if (context_ != nullptr) openssl_.SSL_CTX_free(context_);
}

// Waits for what OpenSSL wants; false where there is no going on.
bool TlsProbe::go_on(int result) {
  const int error = openssl_.SSL_get_error(ssl_, result);
  openssl_.ERR_clear_error();
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
  const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
  for (;;) {
    pollfd waiting{socket_.fd(), events, 0};
    const int ready = poll(&waiting, 1, milliseconds_left(deadline_));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

void TlsProbe::look_at_certificate(const std::string& ca_file) {
  X509* certificate = openssl_.SSL_get1_peer_certificate(ssl_);
  if (certificate == nullptr) return;
  ShownCertificate shown;
  shown.subject = name_of(openssl_, openssl_.X509_get_subject_name(certificate));
  shown.issuer = name_of(openssl_, openssl_.X509_get_issuer_name(certificate));
  shown.names = names_of(openssl_, certificate);
  verify(openssl_, certificate, openssl_.SSL_get_peer_cert_chain(ssl_), ca_file, shown);
  openssl_.X509_free(certificate);
  certificate_ = std::move(shown);
}

bool TlsProbe::write(const std::string& bytes) {
  int result;
  do {
    result = openssl_.SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  } while (result <= 0 && go_on(result));
  return result > 0;
}

bool TlsProbe::read(char* bytes, std::size_t size) {
  while (size > 0) {
    const int result = openssl_.SSL_read(ssl_, bytes, static_cast<int>(size));
    if (result <= 0 && !go_on(result)) return false;
    if (result > 0) bytes += result, size -= static_cast<std::size_t>(result);
  }
  return true;
}

bool TlsProbe::read_message(char& type, std::string& body) {
  constexpr std::uint32_t kLongest = 65'536;
  std::string header(5, '\0');
  if (!read(header.data(), header.size())) return false;
  type = header[0];
  const std::uint32_t size = number_at(header, 1);
  if (size < 4 || size > kLongest) return false;
  body.assign(size - 4, '\0');
  return read(body.data(), body.size());
}

std::optional<int> TlsProbe::first_request(const std::string& user, const std::string& database) {
  std::string startup;
  append_number(startup, 3 << 16);
  for (const std::string& word : {std::string("user"), user, std::string("database"), database,
                                  std::string("application_name"), std::string("pgiam doctor")})
    (startup += word) += '\0';
  startup += '\0';
  std::string packet;
  append_number(packet, static_cast<std::uint32_t>(startup.size() + 4));
  char type = 0;
  std::string body;
  const bool asks = write(packet + startup) && read_message(type, body) && type == 'R';
  return asks && body.size() >= 4 ? std::optional(static_cast<int>(number_at(body, 0)))
                                  : std::nullopt;
}

}  // namespace pgiam::cli::doctor
