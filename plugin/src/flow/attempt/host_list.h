// The hosts of a connection, paired from libpq's lists as libpq pairs them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pgiam {

struct HostEntry {
  std::string host, hostaddr;  // as the user wrote them
  std::uint16_t port = 0;

  // What it is looked up by: its name; the address where there is no name.
  const std::string& name() const { return host.empty() ? hostaddr : host; }
};

// The folder of a Unix-domain socket, an abstract one's name, or nothing, which is the usual folder.
bool is_socket(std::string_view host);

// "a" of "a,b".
std::string_view first_of_list(std::string_view list);

// kInvalidArgument where libpq would refuse the lists. PostgreSQL documentation, "Specifying
// Multiple Hosts".
Result<std::vector<HostEntry>> pair_hosts(std::string_view host, std::string_view hostaddr,
                                          std::string_view port);

}  // namespace pgiam
