#include "adapters/resolver_settings.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include <algorithm>
#include <span>

#include "base/text.h"

namespace pgiam {
namespace {

constexpr std::uint16_t kPort = 53;
// The resolver library's own bounds.
constexpr std::size_t kMostServers = 3;
constexpr long long kMostDots = 15;

dns::Server server_at(const void* address, socklen_t size) {
  dns::Server server;
  memcpy(&server.address, address, size);
  server.size = size;
  return server;
}

// An IPv6 address may name its interface: fe80::1%eth0.
void add_server(std::vector<dns::Server>& servers, const std::string& address) {
  if (servers.size() == kMostServers) return;
  addrinfo hints{}, *found = nullptr;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  if (getaddrinfo(address.c_str(), std::to_string(kPort).c_str(), &hints, &found) != 0) return;
  servers.push_back(server_at(found->ai_addr, found->ai_addrlen));
  freeaddrinfo(found);
}

void take_options(ResolverSettings& settings, std::span<const std::string_view> options) {
  constexpr std::string_view kDots = "ndots:";
  for (const std::string_view option : options) {
    if (option == "edns0") settings.servers.edns = true;
    if (option == "use-vc") settings.servers.only_tcp = true;
    if (option == "rotate") settings.rotate = true;
    if (!option.starts_with(kDots)) continue;
    const auto dots = parse_integer(option.substr(kDots.size()));
    if (dots && *dots >= 0) settings.whole_with = static_cast<std::size_t>(std::min(*dots, kMostDots));
  }
}

}  // namespace

dns::Server loopback_server(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return server_at(&address, sizeof address);
}

ResolverSettings read_resolver_settings(std::string_view resolv_conf, const char* localdomain,
                                        const char* res_options, std::string_view machine) {
  ResolverSettings settings;
  const auto look_in = [&settings](std::string_view domains) {
    const auto words = split_words(domains);
    settings.search.assign(words.begin(), words.end());
  };
  if (const auto dot = machine.find('.'); dot != machine.npos)
    look_in(machine.substr(dot + 1));
  for (const std::string_view line : split(resolv_conf, '\n')) {
    const auto words = split_words(line);  // a comment's first begins with # or ;
    if (words.size() < 2) continue;
    const auto values = std::span(words).subspan(1);
    if (words[0] == "nameserver") add_server(settings.servers.servers, std::string(values[0]));
    if (words[0] == "domain") settings.search = {std::string(values[0])};
    if (words[0] == "search") settings.search.assign(values.begin(), values.end());
    if (words[0] == "options") take_options(settings, values);
  }
  if (localdomain != nullptr) look_in(localdomain);
  if (res_options != nullptr) take_options(settings, split_words(res_options));
  if (settings.servers.servers.empty()) settings.servers.servers.push_back(loopback_server(kPort));
  return settings;
}

}  // namespace pgiam
