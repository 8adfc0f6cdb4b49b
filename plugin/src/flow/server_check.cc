#include "flow/server_check.h"

#include "clouds/options.h"
#include "flow/attempt/keywords.h"
#include "flow/attempt/sslmode.h"

namespace pgiam {
namespace {

// libpq 16 and later: the CAs of the system, whom anybody may pay for a certificate.
constexpr std::string_view kSystem = "system";

// In PEM; or in DER, which Java takes.
bool holds_certificate(std::string_view text) {
  return text.starts_with("0\x82") || (text.find("-----BEGIN ") != text.npos &&
                                       text.find("CERTIFICATE-----") != text.npos);
}

}  // namespace

std::string_view ca_in_force(const Request& request, const Settings& settings) {
  const std::string_view own = value_of(request.keywords, "sslrootcert");
  return own.empty() ? settings.get(kSslRootCertOption) : own;
}

Result<std::string> sslmode_for_token(const Request& request, const Settings& settings,
                                      bool can_verify_name) {
  // libpq refuses it, but a client that overlooks it would not.
  if (!request.sslmode.empty() && !is_sslmode(request.sslmode))
    return make_error(Status::kBadConfig,
                      "sslmode=" + std::string(request.sslmode) + " is none that libpq knows",
                      "use sslmode=require, verify-ca or verify-full");
  const std::string_view tls = settings.get(kTlsOption);
  if (tls == "off") return std::string();
  const std::string_view ca = ca_in_force(request, settings);
  if (allows_no_tls(request.sslmode))
    return make_error(
        Status::kInsecure,
        "sslmode=" + std::string(request.sslmode) + " could send the token without TLS",
        (ca.empty() ? "use sslmode=require or better" : "use sslmode=verify-full, since a CA is named") +
            std::string(", or leave it out (tls = off takes the risk)"));
  if (request.sslmode == kVerifyFull) return std::string();
  if (tls == kVerifyFull || ca == kSystem) return std::string(kVerifyFull);
  if (!request.sslmode.empty()) return std::string();
  if (ca.empty()) return std::string(tls);
  return std::string(can_verify_name ? kVerifyFull : kVerifyCa);
}

std::optional<Error> why_no_ca(const World& world, const Request& request,
                               const Settings& settings, const Call& call) {
  const std::string path(settings.get(kSslRootCertOption));
  if (path.empty() || path == kSystem || ca_in_force(request, settings) != path) return std::nullopt;
  const FileStamp stamp = world.files.stamp(path);
  if (stamp.exists && !stamp.regular) return std::nullopt;  // a pipe can be read once, by the client
  const auto text = world.files.read(path, call);
  if (!text && is_interruption(text.error())) return text.error();
  if (text && holds_certificate(*text)) return std::nullopt;
  Error error = make_error(
      Status::kBadConfig,
      "sslrootcert = " + path + " verifies no server: " +
          (text            ? text->empty() ? "the file is empty" : "there is no certificate in it"
           : stamp.exists  ? text.error().message
                           : "there is no such file"),
      "name a file of CA certificates (PEM), or leave sslrootcert out; it is said by: " +
          std::string(origin_name(settings.origin(kSslRootCertOption))));
  error.code = "ca_file";
  return error;
}

}  // namespace pgiam
