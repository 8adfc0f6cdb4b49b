// What only the server's side tells: its name, its port, its certificate, and its answer to a
// token.
#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "../report.h"
#include "certificate.h"
#include "name.h"
#include "refusal.h"
#include "server_words.h"
#include "steps.h"

namespace pgiam::cli::doctor {
namespace {

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
  const bool is_ipv6_only =
      std::all_of(host.addresses.begin(), host.addresses.end(),
                  [](const Address& address) { return address.bytes.ss_family == AF_INET6; });
  if (is_ipv6_only)
    return {"unreachable",
            host.place() + " has IPv6 addresses alone, and this machine has no way to them: " +
                host.addresses.back().outcome,
            {"give this machine an IPv6 route, or the endpoint an IPv4 address (dual-stack)", way},
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
                 {"see host and port: an instance has TLS; what stands before it may not"},
                 kExitUsage});
}

// Why there is no going on with what answers; nullopt where it may be an instance of ours.
std::optional<Finding> object_to_peer(Case& host) {
  host.peer = ask_for_tls(host.socket, host.deadline);
  switch (host.peer) {
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
      return failed(
          {"bare_tls",
           "what listens at " + host.place() +
               " speaks TLS from the first byte, not PostgreSQL: HTTPS, or a balancer with a "
               "TLS listener",
           {"give the balancer a TCP listener, which passes PostgreSQL's own TLS through",
            "see host and port: an instance of PostgreSQL usually has port 5432"},
           kExitNetwork});
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

// The alias that led to the endpoint's name is the one that the person knows.
Verdict verdict_on_lookup(const Case& host, const std::string& name, int error) {
  if (!host.hostaddr.empty())
    return {"name_unknown",
            "hostaddr=" + name + " is no address: " + gai_strerror(error),
            {"hostaddr takes an IP address; a name goes into host"},
            kExitUsage};
  NameFault fault = ask_name_servers(name, host.deadline);
  if (name != host.endpoint.host && fault.kind == NameFault::Kind::kUnknown) {
    fault.aliases = {name};
    return verdict_on_name(host.endpoint.host, fault);
  }
  if (fault.kind == NameFault::Kind::kUnknown || error == EAI_AGAIN)
    return verdict_on_name(name, fault);
  return verdict_on_name(name, {});
}

// Told by the way, where it is not to be had.
void probe(Case& host) {
  const LateOpenssl* openssl = late_openssl();
  if (host.peer != Peer::kTls || openssl == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  TlsProbe probe(*openssl, host.socket, host.connection->option("host"),
                 ca_bundle(*host.connection), now + (host.deadline - now) / 2);
  host.shown = probe.certificate();
  if (probe.has_finished())
    host.first_request = probe.first_request(host.params.user, host.params.database);
}

// Another login with the same token: what is refused once and accepted then was throttled.
bool is_accepted_now(const Case& host) {
  TrialConnection again(host.context, host.libpq, host.given, host.dialled_name(),
                        host.address->text, host.endpoint.port);
  if (!again.is_ours() || again.why_not()) return false;
  again.finish_tls(host.deadline);
  again.finish_login(host.deadline);
  return again.is_logged_in();
}

Verdict throttled() {
  Verdict verdict{
      "throttled",
      "refused for a moment: the same token was refused and then accepted, as where the "
      "server gets more new logins in a second than it asks the cloud about",
      {"pool connections, and let who connects wait and try again"},
      kExitNetwork};
  verdict.evidence = "the second login succeeded";
  verdict.is_certain = true;
  return verdict;
}

Verdict verdict_on_login(Case& host, const Error& explained) {
  const Verdict by_library = verdict_on_refusal(host, explained);
  if (auto verdict = verdict_on_words(host, explained)) return *verdict;
  if (auto verdict = verdict_on_method(host)) return *verdict;
  if (explained.status() != PGIAM_E_DENIED || explained.causes().empty()) return by_library;
  if (auto verdict = verdict_on_request(host, by_library)) return *verdict;
  if (auto verdict = verdict_on_clock(host)) return *verdict;
  if (is_accepted_now(host)) return throttled();
  return by_library;
}

}  // namespace

Finding look_up_name(Case& host) {
  const std::string timeout = text(host.explanation, "timeout_ms");
  const auto now = std::chrono::steady_clock::now();
  Deadline& of_all = *host.servers_deadline;
  if (of_all == Deadline()) of_all = now + std::chrono::milliseconds(std::atoi(timeout.c_str()));
  host.deadline = now + (of_all - now) / host.hosts_left;
  const std::string name = host.hostaddr.empty() ? host.dialled_name() : host.hostaddr;
  Lookup lookup = look_up(name, host.endpoint.port, host.deadline);
  if (lookup.error == kLookupTimedOut)
    return failed(verdict_on_name(name, {NameFault::Kind::kSilent}));
  if (lookup.error != 0) return failed(verdict_on_lookup(host, name, lookup.error));
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
  host.connection.emplace(host.context, host.libpq, host.given, host.dialled_name(),
                          host.address->text, host.endpoint.port);
  TrialConnection& trial = *host.connection;
  if (!trial.is_ours())
    return failed(
        {"hook_passes", "the hook takes this connection for none of its own", {}, kExitInternal});
  if (const std::optional<Error>& why = trial.why_not()) return failed(verdict_on_no_token(*why));
  probe(host);
  host.socket = Socket();
  trial.finish_tls(host.deadline);
  if (trial.has_finished_tls()) {
    if (trial.cipher().empty()) return warning("none: the token goes in clear text");
    Finding finding = describe_tls(trial);
    if (late_openssl() == nullptr)
      finding.detail +=
          "\nnobody looked at its chain: this machine has no libssl of OpenSSL 3 or 1.1.1 to do it with";
    return finding;
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
    const Verdict verdict = verdict_on_login(host, explained);
    const std::string redacted = explained.text(PGIAM_ERROR_EVIDENCE);
    std::string detail = redacted.empty() ? trial.sentence() : redacted;
    if (const std::string code = trial.sqlstate(); !code.empty())
      detail += " (SQLSTATE " + code + ")";
    if (!verdict.causes.empty()) detail += "\nwhat may be behind it, the likeliest first:";
    for (const Cause& cause : verdict.causes) detail += "\n- " + cause.sentence;
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
