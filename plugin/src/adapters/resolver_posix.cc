#include "adapters/resolver_posix.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#include <algorithm>
#include <utility>

#include "adapters/address_lookup.h"
#include "adapters/dns_client.h"
#include "base/random.h"
#include "base/text.h"

namespace pgiam {
namespace {

// A connect waits for no more, then goes on as if there were no alias.
constexpr std::size_t kMostServers = 2;
// Longer chains are loops or nobody's.
constexpr std::size_t kMostAliases = 16;

struct ResolverSettings {
  dns::ServerSettings servers;
  std::vector<std::string> search;  // domains that names are looked for in
  std::size_t whole_with = 1;       // a name with so many dots is first taken as it stands
};

dns::Server server_at(const void* address, std::size_t size) {
  dns::Server server;
  memcpy(&server.address, address, size);
  server.size = static_cast<socklen_t>(size);
  return server;
}

dns::Server server_on_loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return server_at(&address, sizeof address);
}

std::vector<dns::Server> servers_of(const struct __res_state& state) {
  std::vector<dns::Server> servers;
  for (int i = 0; i < state.nscount; ++i) {
    const sockaddr_in& ipv4 = state.nsaddr_list[i];
    const sockaddr_in6* ipv6 = state._u._ext.nsaddrs[i];
    if (ipv4.sin_family == AF_INET)
      servers.push_back(server_at(&ipv4, sizeof ipv4));
    else if (ipv6 != nullptr)
      servers.push_back(server_at(ipv6, sizeof *ipv6));
  }
  return servers;
}

// From resolv.conf and the variables of the resolver library (man resolv.conf).
bool read_settings(ResolverSettings& settings) {
  struct __res_state state {};
  if (res_ninit(&state) != 0) return false;
  settings.servers.servers = servers_of(state);
  settings.servers.edns = (state.options & RES_USE_EDNS0) != 0;
  settings.servers.only_tcp = (state.options & RES_USEVC) != 0;
  settings.whole_with = state.ndots;
  if ((state.options & RES_DNSRCH) != 0)
    for (char** domain = state.dnsrch; *domain != nullptr; ++domain)
      settings.search.emplace_back(*domain);
  const bool rotate = (state.options & RES_ROTATE) != 0;
  res_nclose(&state);

  auto& servers = settings.servers.servers;
  if (rotate && servers.size() > 1)
    std::rotate(servers.begin(),
                servers.begin() + static_cast<std::ptrdiff_t>(random_bits() % servers.size()),
                servers.end());
  if (servers.size() > kMostServers) servers.resize(kMostServers);
  return true;
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
  for (std::string_view line : split(*text, '\n')) {
    line = line.substr(0, line.find('#'));
    bool is_address = true;  // the first word
    while (!(line = trim(line)).empty()) {
      const auto end = std::min(line.find_first_of(" \t\r"), line.size());
      if (!std::exchange(is_address, false) && equals_ignore_case(line.substr(0, end), name))
        return true;
      line.remove_prefix(end);
    }
  }
  return false;
}

Result<std::vector<std::string>> PosixResolver::aliases(const std::string& host,
                                                        const Call& call) const {
  // What this machine says of a name comes before what DNS says, and aliases it has none.
  const auto known_here = is_in_hosts_file(host, call);
  if (!known_here) return known_here.error();
  if (*known_here) return std::vector<std::string>();

  ResolverSettings settings;
  if (!read_settings(settings))
    return make_error(Status::kNetwork, "the resolver's settings cannot be read");
  if (!ports_.empty()) settings.servers.servers.clear();
  for (const std::uint16_t port : ports_)
    settings.servers.servers.push_back(server_on_loopback(port));

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
