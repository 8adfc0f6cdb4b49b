#include "runners_up.h"

namespace pgiam::cli::doctor {
namespace {

struct RunnerUp {
  const char* verdict;
  const char* code;
  const char* sentence;
  const char* remedy;
};

// In order, likeliest first.
constexpr RunnerUp kRunnersUp[] = {
    {"name_unknown", "instance_gone", "the instance was deleted or renamed",
     "see which there are in the console"},
    {"name_unknown", "private_name", "the name is known only inside the network, or over the VPN",
     "connect this machine to the instance's network"},
    {"name_dangling", "name_changed", "the instance has a new name, and the alias the old one",
     "see which there are in the console"},
    {"name_without_address", "name_timed_out", "the name servers left the address out for a moment",
     "try again in a minute"},
    {"name_server_failed", "name_timed_out", "the way to the name servers is bad (VPN)",
     "see this machine's name servers: /etc/resolv.conf"},
    {"name_timed_out", "no_network", "this machine has no network",
     "see this machine's network, and its VPN"},
    {"connection_refused", "wrong_port", "the instance, or the tunnel to it, has another port",
     "see the endpoint's port in the console"},
    {"connection_refused", "instance_unavailable",
     "the instance is stopped, or is just failing over",
     "see its state in the console"},
    {"connection_refused", "tunnel_gone", "the tunnel to it has ended", "start the tunnel again"},
    {"connection_timed_out", "not_public", "the instance is not publicly accessible",
     "use a VPN or tunnel"},
    {"connection_timed_out", "instance_unavailable", "the instance is stopped",
     "see its state in the console"},
    {"connection_timed_out", "wrong_port", "the instance has another port",
     "see the endpoint's port in the console"},
    {"unreachable", "no_network", "this machine has no network, or its VPN is down",
     "see this machine's network, and its VPN"},
    {"no_answer", "wrong_port", "another service listens at that port",
     "see the endpoint's port in the console"},
    {"no_answer", "overloaded", "the instance is overloaded", "see its load in the console"},
    {"closed", "instance_unavailable", "the instance behind it is down or failing over",
     "see its state in the console"},
    {"closed", "too_many_connections", "what stands between takes no more connections",
     "close connections, or raise the limit"},
    {"closed_at_password", "token_cut", "the token was cut on the way",
     "connect to the database itself, without pooler or proxy"},
    {"closed_at_password", "server_crashed", "the server's process ended at that moment",
     "see the server's log"},
    {"not_postgres", "wrong_port", "the instance has another port",
     "see the endpoint's port in the console"},
    {"not_postgres", "wrong_host", "another machine has that name or address",
     "see the endpoint's name in the console"},
    {"bare_tls", "wrong_port", "the port is one of HTTPS",
     "see the endpoint's port in the console"},
    {"no_tls", "pooler", "a pooler without TLS answers", "give the pooler TLS, or go around it"},
    {"no_tls", "wrong_host", "what answers is another server",
     "see the endpoint's name in the console"},
    {"tls_failed", "intercepted", "something between breaks TLS open (inspection)",
     "connect without the proxy or firewall that inspects TLS"},
    {"tls_failed", "tls_version", "client and server have no TLS version in common",
     "ssl_min_protocol_version=TLSv1.2"},
    {"certificate", "ca_file_old", "the CA bundle is an old one", "pgiam ca install --fetch"},
    {"certificate", "intercepted", "something between shows a certificate of its own",
     "connect without the proxy or firewall that inspects TLS"},
    {"certificate_self_signed", "intercepted", "something between shows a certificate of its own",
     "connect without the proxy or firewall that inspects TLS"},
    {"certificate_self_signed", "wrong_host", "what answers is another server",
     "see the endpoint's name in the console"},
    {"certificate_name", "wrong_host", "another server answers at that address",
     "see the endpoint's name in the console"},
    {"certificate_name", "tunnel_name", "the connection goes through a tunnel by another name",
     "signing_host = ENDPOINT in a rule of pgiam.conf"},
    {"certificate_expired", "wrong_clock", "this machine's clock is ahead",
     "date -u, to see what it shows"},
    {"certificate_not_yet_valid", "wrong_clock", "this machine's clock is behind",
     "date -u, to see what it shows"},
    {"pooler", "not_in_pooler", "the pooler does not know this user or database",
     "add them to the pooler's configuration"},
    {"pooler", "pooler_refused", "the database behind the pooler refused its login",
     "see the pooler's log"},
    {"too_many_connections", "connections_leak", "a program keeps connections that it does not use",
     "SELECT count(*), usename, state FROM pg_stat_activity GROUP BY 2, 3;"},
    {"starting_up", "failing_over", "the instance is failing over to another zone",
     "see its state in the console"},
    {"no_database", "wrong_host", "this is another instance than the one that is meant",
     "see the endpoint's name in the console"},
    {"cloud_unreachable", "proxy_needed", "the way out is through a proxy that is not set here",
     "set HTTPS_PROXY"},
    {"cloud_unreachable", "no_network", "this machine has no network, or its VPN is down",
     "see this machine's network, and its VPN"},
    {"no_credentials", "other_home", "HOME is another user's folder, which has no credentials",
     "see whose HOME it is: echo $HOME"},
    {"no_credentials", "login_required", "nobody has signed in yet",
     "pgiam login"},
    {"credentials_denied", "expired_credentials", "what they rest on has expired",
     "pgiam login, or new keys"},
    {"login_required", "no_credentials", "another profile is meant",
     "pgiam doctor --profile NAME …"},
    {"not_ours", "host_misspelt", "the host is nearly an endpoint's name",
     "see the endpoint's name in the console"},
    {"not_ours", "rule_missing", "a rule of pgiam.conf is missing, or does not fit",
     "pgiam explain CONNINFO, which names the rule that fits"},
    {"host_misspelt", "not_ours", "the host is no endpoint of a cloud's",
     "if it leads to an endpoint, name that: signing_host = ENDPOINT"},
    {"bare_name", "not_ours", "it is a host of one's own, and no instance",
     "if it leads to an endpoint, name that: signing_host = ENDPOINT"},
    {"region_unknown", "host_misspelt", "the endpoint's whole name would tell its region",
     "connect to the endpoint by its own name"},
    {"iam_not_enabled", "pooler", "a pooler answers, which asks for passwords of its own",
     "connect to the database itself"},
};

}  // namespace

void add_runners_up(Verdict& verdict, const Advice& advice) {
  if (verdict.is_certain || !verdict.causes.empty()) return;
  std::vector<Cause> others;
  for (const RunnerUp& other : kRunnersUp)
    if (verdict.code == other.verdict)
      others.push_back({other.code, other.sentence, advice.commands(other.code, {other.remedy})});
  const Cause* of_cloud = advice.on(verdict.code);
  if (of_cloud && !of_cloud->code.empty() && of_cloud->code != verdict.code)
    others.push_back(*of_cloud);
  if (others.empty()) return;
  verdict.causes.push_back({verdict.code, verdict.sentence, verdict.remedies, verdict.evidence});
  verdict.causes.insert(verdict.causes.end(), others.begin(), others.end());
}

}  // namespace pgiam::cli::doctor
