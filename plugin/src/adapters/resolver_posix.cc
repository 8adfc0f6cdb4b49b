#include "adapters/resolver_posix.h"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "adapters/address_lookup.h"
#include "adapters/dns_client.h"
#include "adapters/resolver_settings.h"
#include "base/privilege.h"
#include "base/random.h"
#include "base/text.h"

namespace pgiam {
namespace {

// A connect waits for no more, then goes on as if there were no alias.
constexpr std::size_t kMostServers = 2;
constexpr const char* kResolvConf = "/etc/resolv.conf";
// Longer chains are loops or nobody's.
constexpr std::size_t kMostAliases = 16;

// At most so many servers are asked, in the order in which it is their turn.
ResolverSettings in_turn(ResolverSettings settings) {
  auto& servers = settings.servers.servers;
  if (settings.rotate && servers.size() > 1)
    std::rotate(servers.begin(),
                servers.begin() + static_cast<std::ptrdiff_t>(random_bits() % servers.size()),
                servers.end());
  if (servers.size() > kMostServers) servers.resize(kMostServers);
  return settings;
}

// As getaddrinfo goes through them.
std::vector<std::string> names_to_ask_for(const std::string& host,
                                          const ResolverSettings& settings) {
  if (host.ends_with('.')) return {host};
  std::vector<std::string> names;
  const auto dots = static_cast<std::size_t>(std::count(host.begin(), host.end(), '.'));
  const bool whole_first = dots >= settings.whole_with;
  if (whole_first) names.push_back(host);
  for (const std::string& domain : settings.search)
    if (domain != ".") names.push_back(host + "." + domain);
  if (!whole_first) names.push_back(host);
  return names;
}

std::vector<std::string> chain_of(const std::string& name, const dns::Answer& answer) {
  std::string owner = to_lower(name);
  if (owner.ends_with('.')) owner.pop_back();
  std::vector<std::string> chain;
  auto next = answer.cnames.find(owner);
  while (next != answer.cnames.end() && chain.size() < kMostAliases) {
    chain.push_back(next->second);
    next = answer.cnames.find(next->second);
  }
  return chain;
}

}  // namespace

Result<bool> PosixResolver::is_in_hosts_file(const std::string& host, const Call& call) const {
  const auto text = files_.read(hosts_file_, call);
  if (!text && is_interruption(text.error())) return text.error();
  if (!text) return false;
  const std::string_view name = std::string_view(host).substr(0, host.size() - host.ends_with('.'));
  for (const std::string_view line : split(*text, '\n')) {
    const auto words = split_words(line.substr(0, line.find('#')));
    for (std::size_t i = 1; i < words.size(); ++i)  // behind the address
      if (equals_ignore_case(words[i], name)) return true;
  }
  return false;
}

Result<std::vector<std::string>> PosixResolver::aliases(const std::string& host,
                                                        const Call& call) const {
  // What this machine says of a name comes before what DNS says, and aliases it has none.
  const auto known_here = is_in_hosts_file(host, call);
  if (!known_here) return known_here.error();
  if (*known_here) return std::vector<std::string>();

  const auto text = files_.read(kResolvConf, call);  // a machine may have none
  if (!text && is_interruption(text.error())) return text.error();
  char own_name[HOST_NAME_MAX + 1] = "";
  gethostname(own_name, sizeof own_name - 1);
  ResolverSettings settings =
      in_turn(read_resolver_settings(text ? std::string_view(*text) : "", trusted_variable("LOCALDOMAIN"),
                                     trusted_variable("RES_OPTIONS"), own_name));
  if (!ports_.empty()) settings.servers.servers.clear();
  for (const std::uint16_t port : ports_)
    settings.servers.servers.push_back(loopback_server(port));

  // An address query brings the whole chain of aliases along.
  dns::Client client(clock_, call, settings.servers);
  bool failed = false;
  for (const std::string& name : names_to_ask_for(host, settings)) {
    if (!dns::is_name(name)) continue;
    const auto answer = client.ask(name);
    if (!answer) return answer.error();
    if (answer->rcode == dns::Rcode::kNoError && !answer->is_empty) return chain_of(name, *answer);
    failed = failed || is_failure(answer->rcode);
  }
  if (failed) return make_error(Status::kNetwork, "DNS could not tell whether there is " + host);
  return std::vector<std::string>();
}

Result<std::vector<std::string>> PosixResolver::addresses(const std::string& host,
                                                          const Call& call) const {
  return look_up_addresses(host, clock_, call);
}

}  // namespace pgiam
