// What the system's resolver library goes by: resolv.conf and its two variables (man resolv.conf). It is read here,
// as musl's library tells nobody what it has read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/dns_client.h"

namespace pgiam {

struct ResolverSettings {
  dns::ServerSettings servers;
  std::vector<std::string> search;  // domains that names are looked for in
  std::size_t whole_with = 1;       // a name with so many dots is first taken as it stands
  bool rotate = false;              // the servers take turns
};

// Of the two variables, nullptr: it is not set. `machine` is this machine's own name, whose domain is searched where
// nothing else is said.
ResolverSettings read_resolver_settings(std::string_view resolv_conf, const char* localdomain,
                                        const char* res_options, std::string_view machine);

// On this machine's loopback.
dns::Server loopback_server(std::uint16_t port);

}  // namespace pgiam
