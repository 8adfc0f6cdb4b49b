#include "flow/decide/server_check.h"

#include <algorithm>

#include "clouds/options.h"
#include "flow/attempt/keywords.h"
#include "flow/attempt/sslmode.h"

namespace pgiam {
namespace {

// libpq 16 and later: the CAs of the system, whom anybody may pay for a certificate.
constexpr std::string_view kSystem = "system";
// libpq's and pgjdbc's own, where nobody names another.
constexpr const char* kFileOfClient = "/.postgresql/root.crt";

// In PEM; or in DER, which Java takes.
bool holds_certificate(std::string_view text) {
  return text.starts_with("0\x82") || (text.find("-----BEGIN ") != text.npos &&
                                       text.find("CERTIFICATE-----") != text.npos);
}

// Why the CA file that our option names can verify nothing.
std::optional<Error> why_no_ca(const World& world, const Settings& settings, const Call& call) {
  const std::string path(settings.get(kSslRootCertOption));
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

// Whether who named no CA asks for a server that is verified: by saying nothing of TLS, which leaves it
// to what they installed, or in so many words, where the client has no file of its own to do it.
bool wants_installed(const World& world, const CaQuestion& asked, bool is_silent) {
  const Request& request = asked.request;
  for (const char* keyword : {"sslmode", "sslrootcert"})
    if (!can_be_applied(request.can_apply, keyword)) return false;
  if (is_silent) return true;
  const std::string_view tls = asked.settings.get(kTlsOption);
  if (tls == "off" || (tls != kVerifyFull && strictness(request.sslmode) < strictness(kVerifyCa)))
    return false;
  const auto home = world.environment.home();
  return !home || !world.files.stamp(*home + kFileOfClient).exists;
}

Result<ServerCa> choose_installed(const World& world, const CaQuestion& asked, const Call& call,
                                  std::vector<Error>& warnings) {
  const bool is_silent = asked.request.sslmode.empty() && !asked.settings.given(kTlsOption);
  ServerCa ca;
  if (asked.cloud == nullptr || !wants_installed(world, asked, is_silent)) return ca;
  auto bundle = asked.cloud->ca_bundle(asked.target, /*carried_too=*/false, call, warnings);
  if (!bundle && bundle.error().status == Status::kNotApplicable) return ca;
  if (!bundle) return bundle.error();
  if (is_silent && bundle->is_public && !asked.can_verify_name) return ca;
  return ServerCa{ServerCa::From::kInstalled, std::move(bundle->path), bundle->is_public, is_silent};
}

}  // namespace

Result<ServerCa> choose_ca(const World& world, const CaQuestion& asked, const Call& call,
                           std::vector<Error>& warnings) {
  const std::string_view own = value_of(asked.request.keywords, "sslrootcert");
  const std::string_view named = own.empty() ? asked.settings.get(kSslRootCertOption) : own;
  if (named.empty()) return choose_installed(world, asked, call, warnings);
  ServerCa ca;
  ca.from = own.empty() ? ServerCa::From::kOption : ServerCa::From::kClient;
  const auto found = std::find_if(asked.clouds.begin(), asked.clouds.end(),
                                  [&](const auto& cloud) { return cloud->ca_word() == named; });
  if (found != asked.clouds.end()) {
    auto bundle = (*found)->ca_bundle(asked.target, /*carried_too=*/true, call, warnings);
    if (bundle) return ServerCa{ca.from, std::move(bundle->path), bundle->is_public};
    Error error = bundle.error();
    if (error.status == Status::kNotApplicable) error.status = Status::kBadConfig;
    return error;
  }
  ca.needs_name = named == kSystem;
  if (!own.empty()) return ca;
  ca.path = named;
  if (named != kSystem)
    if (auto why = why_no_ca(world, asked.settings, call)) return std::move(*why);
  return ca;
}

Result<std::string> sslmode_for_token(const Request& request, const Settings& settings,
                                      const ServerCa& ca, bool can_verify_name) {
  // libpq refuses it, but a client that overlooks it would not.
  if (!request.sslmode.empty() && !is_sslmode(request.sslmode))
    return make_error(Status::kBadConfig,
                      "sslmode=" + std::string(request.sslmode) + " is none that libpq knows",
                      "use sslmode=require, verify-ca or verify-full");
  const std::string_view tls = settings.get(kTlsOption);
  if (tls == "off") return std::string();
  if (allows_no_tls(request.sslmode))
    return make_error(
        Status::kInsecure,
        "sslmode=" + std::string(request.sslmode) + " could send the token without TLS",
        (ca.is_there() ? "use sslmode=verify-full, since a CA is named"
                       : "use sslmode=require or better") +
            std::string(", or leave it out (tls = off takes the risk)"));
  if (request.sslmode == kVerifyFull) return std::string();
  if (tls == kVerifyFull || ca.needs_name) return std::string(kVerifyFull);
  if (!request.sslmode.empty()) return std::string();
  if (!ca.is_there()) return std::string(tls);
  return std::string(can_verify_name ? kVerifyFull : kVerifyCa);
}

}  // namespace pgiam
