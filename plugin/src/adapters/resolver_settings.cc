#include "adapters/resolver_settings.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include <algorithm>

#include "base/text.h"

namespace pgiam {
namespace {

constexpr std::uint16_t kPort = 53;
// The resolver library's own bounds.
constexpr std::size_t kMostServers = 3;
constexpr long long kMostDots = 15;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!(text = trim(text)).empty()) {
    const auto end = std::min(text.find_first_of(" \t\r"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

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

void take_options(ResolverSettings& settings, const std::vector<std::string>& options) {
  constexpr std::string_view kDots = "ndots:";
  for (const std::string& option : options) {
    if (option == "edns0") settings.servers.edns = true;
    if (option == "use-vc") settings.servers.only_tcp = true;
    if (option == "rotate") settings.rotate = true;
    if (!option.starts_with(kDots)) continue;
    const auto dots = parse_integer(std::string_view(option).substr(kDots.size()));
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
  if (const auto dot = machine.find('.'); dot != machine.npos)
    settings.search = words_of(machine.substr(dot + 1));
  for (const std::string_view line : split(resolv_conf, '\n')) {
    auto words = words_of(line);  // a comment's first begins with # or ;
    if (words.size() < 2) continue;
    const std::string keyword = std::move(words.front());
    words.erase(words.begin());
    if (keyword == "nameserver") add_server(settings.servers.servers, words.front());
    if (keyword == "domain") settings.search = {std::move(words.front())};
    if (keyword == "search") settings.search = std::move(words);
    if (keyword == "options") take_options(settings, words);
  }
  if (localdomain != nullptr) settings.search = words_of(localdomain);
  if (res_options != nullptr) take_options(settings, words_of(res_options));
  if (settings.servers.servers.empty()) settings.servers.servers.push_back(loopback_server(kPort));
  return settings;
}

}  // namespace pgiam
