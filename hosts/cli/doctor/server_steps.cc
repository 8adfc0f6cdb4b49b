// What only the server's side tells: its name, its port, its certificate, and its answer to a
// token.
#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "../late_libpq.h"
#include "../report.h"
#include "home.h"
#include "refusal.h"
#include "steps.h"

namespace pgiam::cli::doctor {
namespace {

std::string signing_host(const Case& host) { return text(host.explanation, "signing_host"); }

std::string joined(const std::vector<Address>& addresses) {
  std::string list;
  for (const Address& address : addresses) list += (list.empty() ? "" : ", ") + address.text;
  return list;
}

bool any(const std::vector<Address>& addresses, int error) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Address& address) { return address.error == error; });
}

Verdict verdict_on_port(const Case& host) {
  const std::string port = host.endpoint.port;
  if (any(host.addresses, ECONNREFUSED)) {
    Verdict verdict{"connection_refused",
                    "nothing accepts connections at " + host.place(),
                    {"see whether the instance, or the tunnel to it, is up and has port " + port},
                    kExitNetwork};
    if (port != "5432") verdict.remedies.push_back("try PostgreSQL's own port: port=5432");
    return verdict;
  }
  const bool inside = std::any_of(host.addresses.begin(), host.addresses.end(), is_private);
  const std::string way =
      inside ? "connect this machine to the instance's network (VPN, tunnel): "
               "its address is a private one"
             : "allow port " + port + " from this machine in the instance's security group";
  if (any(host.addresses, ETIMEDOUT))
    return {"connection_timed_out",
            host.place() + " does not answer: something on the way drops packets",
            {way, inside ? "allow port " + port + " in the instance's security group"
                         : "see that the instance is publicly accessible, or use a VPN or tunnel"},
            kExitNetwork};
  return {"unreachable",
          "there is no way to " + host.place() + ": " + host.addresses.back().outcome,
          {way},
          kExitNetwork};
}

Finding not_postgres(const Case& host, const std::string& what) {
  return failed({"not_postgres",
                 "what answers at " + host.place() + " is no PostgreSQL server: " + what,
                 {"see host and port: an instance of PostgreSQL usually has port 5432"},
                 kExitNetwork});
}

std::optional<Finding> without_tls(const Case& host) {
  if (text(host.explanation, "tls") == "off") return std::nullopt;
  return failed({"no_tls",
                 "the server at " + host.place() + " has no TLS, and a token is never sent without",
                 {"see host and port: instances of RDS have TLS; what stands before it may not"},
                 kExitUsage});
}

// Why there is no going on with what answers; nullopt where it may be an instance of ours.
std::optional<Finding> object_to_peer(const Case& host) {
  switch (ask_for_tls(host.socket, host.deadline)) {
    case Peer::kTls:
    case Peer::kError:
      return std::nullopt;
    case Peer::kNoTls:
      return without_tls(host);
    case Peer::kHttp:
      return not_postgres(host, "it speaks HTTP");
    case Peer::kMysql:
      return not_postgres(host, "it speaks MySQL's protocol");
    case Peer::kBareTls:
      return not_postgres(host, "it wants TLS from the first byte, as HTTPS does");
    case Peer::kOther:
      return not_postgres(host, "its answer is none of PostgreSQL's");
    case Peer::kClosed:
      return failed({"closed",
                     "what accepts connections at " + host.place() + " closes them at once",
                     {"see whether the tunnel, proxy or balancer there reaches the instance"},
                     kExitNetwork});
    case Peer::kSilent:
      return failed({"no_answer",
                     "what accepts connections at " + host.place() + " says nothing",
                     {"see whether it is PostgreSQL, and that no proxy stands between"},
                     kExitNetwork});
  }
  return std::nullopt;
}

std::string ca_bundle(const TrialConnection& trial) {
  if (const std::string file = trial.option("sslrootcert"); !file.empty()) return file;
  const std::string file = host::file_at_home(".postgresql/root.crt");
  return access(file.c_str(), R_OK) == 0 ? file : "";
}

// Under require libpq verifies with a CA file that is there, and goes on without one that is not.
// "system" is such a file to those before 16.
bool can_verify(const std::string& bundle) {
  return (bundle == "system" && late_libpq().major_version() >= 16) ||
         (!bundle.empty() && access(bundle.c_str(), F_OK) == 0);
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
    verdict.remedies.push_back(
        "see where the name " + host.dialled_name() + " leads" +
        (host.dialled_name() == signing_host(host)
             ? ""
             : ", or correct signing_host: the server there is not " + signing_host(host)));
    return verdict;
  }
  const bool of_authority = said.find("certificate verify failed") != said.npos ||
                            said.find("root certificate file") != said.npos;
  if (!of_authority)
    return {"tls_failed", "TLS with " + host.place() + " fails: " + said, {}, kExitNetwork};
  return {"certificate",
          bundle.empty()
              ? "there is no CA bundle to verify the server's certificate with"
              : "the server's certificate cannot be verified with the CA bundle " + bundle,
          {"curl -fO https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
           "sslrootcert=global-bundle.pem (RDS Proxy and Aurora DSQL: sslrootcert=system)"},
          kExitUsage};
}

Verdict out_of_time(const Case& host, const std::string& what) {
  return {"no_answer",
          host.place() + " " + what + " in time",
          {"try again with more time: --timeout-ms 30000"},
          kExitNetwork};
}

// Of what only a connection itself may be told: its keywords rule a token out, say.
Verdict verdict_on_no_token(const Error& why) {
  Verdict verdict = verdict_on(why.status(), why.what(), why.commands(), why.hint());
  verdict.code = "no_token";
  return verdict;
}

}  // namespace

Finding look_up_name(Case& host) {
  const std::string timeout = text(host.explanation, "timeout_ms");
  host.deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(std::atoi(timeout.c_str()));
  const std::string name = host.hostaddr.empty() ? host.dialled_name() : host.hostaddr;
  Lookup lookup = look_up(name, host.endpoint.port, host.deadline);
  if (lookup.error == kLookupTimedOut)
    return failed({"name_timed_out",
                   "the name servers do not answer for " + name,
                   {"see this machine's name servers: /etc/resolv.conf, VPN"},
                   kExitNetwork});
  if (lookup.error != 0)
    return failed({"name_unknown",
                   "the name " + name + " is not known: " + gai_strerror(lookup.error),
                   {"see the spelling; a deleted or renamed instance has no name any more",
                    "getent ahosts " + name},
                   kExitNetwork});
  host.addresses = std::move(lookup.addresses);
  std::string detail = joined(host.addresses);
  if (!host.hostaddr.empty()) return ok(detail + ", as hostaddr says");
  if (!lookup.canonical_name.empty() && lookup.canonical_name != name)
    detail += "\nby the name " + lookup.canonical_name;
  return ok(detail);
}

Finding reach_port(Case& host) {
  std::string detail;
  for (std::size_t i = 0; i < host.addresses.size() && !host.address; ++i) {
    Address& address = host.addresses[i];
    const auto now = std::chrono::steady_clock::now();
    const auto share = (host.deadline - now) / static_cast<int>(host.addresses.size() - i);
    host.socket = connect(address, now + share);
    if (host.socket.is_open()) host.address = &address;
    detail += (detail.empty() ? "" : "\n") + address.text + ":" + host.endpoint.port + " " +
              address.outcome;
  }
  if (!host.address) return failed(verdict_on_port(host), detail);
  return host.addresses.front().error == 0 ? ok(detail) : warning(detail);
}

Finding agree_on_tls(Case& host) {
  if (std::optional<Finding> objection = object_to_peer(host)) return *objection;
  host.socket = Socket();
  host.connection.emplace(host.context, host.libpq, host.given, host.dialled_name(),
                          host.address->text, host.endpoint.port);
  TrialConnection& trial = *host.connection;
  if (!trial.is_ours())
    return failed(
        {"hook_passes", "the hook takes this connection for none of its own", {}, kExitInternal});
  if (const std::optional<Error>& why = trial.why_not()) return failed(verdict_on_no_token(*why));
  trial.finish_tls(host.deadline);
  if (trial.has_finished_tls()) {
    return trial.cipher().empty() ? warning("none: the token goes in clear text")
                                  : describe_tls(trial);
  }
  if (!trial.is_over()) return failed(out_of_time(host, "did not finish TLS"));
  if (!trial.sqlstate().empty()) return skipped("the server ended it before");
  return failed(verdict_on_certificate(host), trial.sentence());
}

Finding log_in(Case& host) {
  TrialConnection& trial = *host.connection;
  trial.finish_login(host.deadline);
  if (!trial.is_over()) return failed(out_of_time(host, "did not answer the login"));
  if (!trial.is_logged_in()) {
    const Error explained = trial.explain();
    const Verdict verdict = verdict_on_refusal(host, explained);
    const std::string redacted = explained.text(PGIAM_ERROR_EVIDENCE);
    std::string detail = redacted.empty() ? trial.sentence() : redacted;
    if (const std::string code = trial.sqlstate(); !code.empty())
      detail += " (SQLSTATE " + code + ")";
    if (!verdict.causes.empty()) detail += "\nwhat may be behind it, the likeliest first:";
    for (const Error& cause : verdict.causes) detail += std::string("\n- ") + cause.what();
    return failed(verdict, detail);
  }
  const std::string who =
      "\"" + host.params.user + "\" is in, database \"" + host.params.database + "\"";
  if (!trial.has_sent_password())
    return warning(who +
                   "\nthe server asked for no password: it does not check tokens of this user");
  return ok(who);
}

}  // namespace pgiam::cli::doctor
