#include "certificate.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "../late_libpq.h"
#include "../report.h"
#include "../times.h"
#include "home.h"

namespace pgiam::cli::doctor {
namespace {

// How to get the cloud's CA bundle, and then how to name it.
std::vector<std::string> ca_commands(const Case& host) {
  std::vector<std::string> commands;
  if (const auto* told = host.explanation.if_contains("ca_commands"))
    for (const auto& command : told->as_array()) commands.emplace_back(command.as_string());
  return commands;
}

std::vector<std::string> name_bundle(const Case& host) {
  std::vector<std::string> commands = ca_commands(host);
  if (commands.size() > 1) commands.erase(commands.begin());
  return commands;
}

Verdict make(const char* code, std::string sentence, std::vector<std::string> remedies,
             std::string evidence) {
  Verdict verdict{code, std::move(sentence), std::move(remedies), kExitUsage};
  verdict.evidence = std::move(evidence);
  verdict.is_certain = true;
  return verdict;
}

// Told by the cloud's, within a minute.
bool clock_is_right(const Case& host) { return host.clock_ms && std::abs(*host.clock_ms) < 60'000; }

Verdict out_of_time(const Case& host, const char* code, const std::string& what,
                    std::vector<std::string> remedies, const std::string& evidence) {
  if (auto of_clock = verdict_on_clock(host)) return *of_clock;
  const std::string by_clock = clock_is_right(host) ? ""
                                                    : " (by this machine's clock, which shows " +
                                                          minute_of(std::time(nullptr)) + ")";
  Verdict verdict = make(code, what + by_clock, std::move(remedies), evidence);
  verdict.is_certain = clock_is_right(host);
  return verdict;
}

std::string names_of(const ShownCertificate& shown) {
  std::string list;
  for (const std::string& name : shown.names) list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? shown.subject : list;
}

// Of the file that CAs are read from; nothing where it can be used.
std::optional<Verdict> verdict_on_ca_file(const Case& host, const std::string& file) {
  if (file.empty()) return std::nullopt;
  if (file == "system") {
    if (late_libpq().major_version() >= 16) return std::nullopt;
    return make("libpq_too_old",
                "libpq " + std::to_string(late_libpq().major_version()) +
                    " does not know sslrootcert=system: it looks for a file of that name",
                {"use a libpq of 16 or later, or name a file: "
                 "sslrootcert=/etc/ssl/certs/ca-certificates.crt"},
                "libpq's own version");
  }
  std::error_code unknown;
  if (std::filesystem::is_directory(file, unknown))
    return make("ca_file_unusable", "the CA file " + file + " is a folder", name_bundle(host),
                "its kind");
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    const int error = errno;
    if (error == ENOENT)
      return make("ca_file_missing", "the CA file " + file + " does not exist",
                  ca_commands(host),
                  std::strerror(error));
    return make("ca_file_unreadable",
                "the CA file " + file + " cannot be read: " + std::strerror(error),
                {"chmod a+r " + file}, std::strerror(error));
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (text.find_first_not_of(" \t\r\n") == text.npos)
    return make("ca_file_empty", "the CA file " + file + " is empty", ca_commands(host), "its size");
  if (text.find("-----BEGIN ") != text.npos) return std::nullopt;
  const bool is_page = text.find("<html") != text.npos || text.find("<HTML") != text.npos ||
                       text.find("<!DOCTYPE") != text.npos || text.find("<?xml") != text.npos;
  return make("ca_file_unusable",
              "the CA file " + file + " holds no certificate" +
                  (is_page ? ", but a page: the answer of a download that failed" : ""),
              ca_commands(host),
              is_page ? "it holds HTML or XML" : "no BEGIN CERTIFICATE stands in it");
}

// Of what the server showed; nothing where it is good, or where nobody looked.
std::optional<Verdict> verdict_on_shown(const Case& host, const std::string& ca_file) {
  if (!host.shown) return std::nullopt;
  const ShownCertificate& shown = *host.shown;
  const std::string evidence =
      "the server's certificate: " + shown.subject + ", by " + shown.issuer;
  switch (shown.error) {
    case X509_V_OK:
      break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return out_of_time(host, "certificate_expired",
                         "the server's certificate expired on " + minute_of(shown.bad_not_after),
                         host.advice.commands("certificate_expired",
                                              {"the server has to be given a new certificate"}),
                         evidence);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return out_of_time(
          host, "certificate_not_yet_valid",
          "the server's certificate is valid only from " + minute_of(shown.bad_not_before),
          {"see this machine's clock: date -u"}, evidence);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return make("certificate_self_signed",
                  "the server shows a certificate that it signed itself (" + names_of(shown) +
                      "): it is no endpoint of the cloud's, or something stands in between",
                  {"see where " + host.dialled_name() + " leads, and what ends TLS there"},
                  evidence);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      if (ca_file.empty()) return std::nullopt;  // there is none to blame
      return make("certificate",
                  "the CA bundle " + ca_file +
                      " does not know who signed the server's certificate: " + shown.issuer,
                  ca_commands(host),
                  shown.error_text);
    default:
      return make("certificate", "the server's certificate cannot be verified: " + shown.error_text,
                  ca_commands(host), evidence);
  }
  return std::nullopt;
}

// Under require libpq verifies with a CA file that is there, and goes on without one that is not.
// "system" is such a file to those before 16.
bool can_verify(const std::string& bundle) {
  return (bundle == "system" && late_libpq().major_version() >= 16) ||
         (!bundle.empty() && access(bundle.c_str(), F_OK) == 0);
}

// Where libpq found something in the connection's own keywords that it cannot use.
std::optional<Verdict> verdict_on_keywords(const std::string& said) {
  if (said.find("for connection option") != said.npos)
    return Verdict{"usage", said, {"correct that keyword of the connection string"}, kExitUsage};
  for (const char* words : {"private key file", "could not read certificate file",
                            "could not load client certificate"})
    if (said.find(words) != said.npos)
      return Verdict{"client_certificate",
                     "the client's own certificate cannot be used: " + said,
                     {"leave sslcert and sslkey out: beside a token no certificate of the client's is "
                      "asked for",
                      "or name files that fit each other, and that others may not read"},
                     kExitUsage};
  return std::nullopt;
}

}  // namespace

std::string ca_bundle(const TrialConnection& trial) {
  if (const std::string file = trial.option("sslrootcert"); !file.empty()) return file;
  const std::string file = host::file_at_home(".postgresql/root.crt");
  return access(file.c_str(), R_OK) == 0 ? file : "";
}

Finding describe_tls(const TrialConnection& trial) {
  const std::string bundle = ca_bundle(trial);
  const std::string sslmode = trial.option("sslmode");
  const std::string how = trial.cipher() + "\ncertificate: ";
  if (sslmode == "verify-full") return ok(how + "verified, with its name, by " + bundle);
  if (sslmode == "verify-ca" || can_verify(bundle))
    return ok(how + "verified, but not its name, by " + bundle);
  const std::string not_verified = how + "not verified (sslmode=" + sslmode + ")";
  if (bundle.empty()) return ok(not_verified + "; sslmode=verify-full with a CA bundle would");
  return warning(not_verified + ": there is no CA file " + bundle +
                 ", and without sslmode=verify-full libpq goes on");
}

Verdict verdict_on_certificate(const Case& host) {
  const std::string said = host.connection->sentence();
  const std::string bundle = ca_bundle(*host.connection);
  if (said.find("does not match host name") != said.npos) {
    Verdict verdict{"certificate_name",
                    "the server's certificate is for another name: " + said,
                    {},
                    kExitUsage};
    // Which is the endpoint's own, or the one that signing_host gives.
    verdict.remedies.push_back("see where the name " + host.dialled_name() + " leads" +
                               (host.dialled_name() == text(host.explanation, "signing_host")
                                    ? ""
                                    : ", or correct signing_host: the server there is not " +
                                          text(host.explanation, "signing_host")));
    return verdict;
  }
  const bool of_authority = said.find("certificate verify failed") != said.npos ||
                            said.find("root certificate file") != said.npos;
  if (!of_authority) {
    if (auto verdict = verdict_on_keywords(said)) return *verdict;
    return {"tls_failed",
            "TLS with " + host.place() + " fails: " + said,
            {"see what answers: openssl s_client -starttls postgres -connect " + host.place()},
            kExitNetwork};
  }
  if (auto verdict = verdict_on_ca_file(host, bundle)) return *verdict;
  if (auto verdict = verdict_on_shown(host, bundle)) return *verdict;
  return {"certificate",
          bundle.empty()
              ? "there is no CA bundle to verify the server's certificate with"
              : "the server's certificate cannot be verified with the CA bundle " + bundle,
          ca_commands(host),
          kExitUsage};
}

}  // namespace pgiam::cli::doctor
