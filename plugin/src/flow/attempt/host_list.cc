#include "flow/attempt/host_list.h"

#include "base/text.h"
#include "flow/request.h"

namespace pgiam {
namespace {

Result<std::uint16_t> read_port(std::string_view text) {
  text = trim(text);
  if (text.empty()) return kPostgresPort;
  const auto number = parse_integer(text);
  if (number && *number >= 1 && *number <= 65535) return static_cast<std::uint16_t>(*number);
  return make_error(Status::kInvalidArgument, "port \"" + std::string(text) + "\" is none",
                    "a port is a number from 1 to 65535");
}

Error do_not_match(std::size_t first, std::string_view what, std::size_t second,
                   std::string_view other) {
  return make_error(Status::kInvalidArgument,
                    "there are " + std::to_string(first) + " " + std::string(what) + " for " +
                        std::to_string(second) + " " + std::string(other),
                    "give one for each, separated by commas");
}

}  // namespace

bool is_socket(std::string_view host) { return host.empty() || host[0] == '/' || host[0] == '@'; }

std::string_view first_of_list(std::string_view list) { return list.substr(0, list.find(',')); }

Result<std::vector<HostEntry>> pair_hosts(std::string_view host, std::string_view hostaddr,
                                          std::string_view port) {
  const auto hosts = split(host, ','), addresses = split(hostaddr, ','), ports = split(port, ',');
  const std::size_t count = hostaddr.empty() ? hosts.size() : addresses.size();
  if (!hostaddr.empty() && !host.empty() && hosts.size() != count)
    return do_not_match(hosts.size(), "names in host", count, "addresses in hostaddr");
  if (ports.size() != 1 && ports.size() != count)
    return do_not_match(ports.size(), "numbers in port", count, "hosts");

  std::vector<HostEntry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!host.empty()) entries[i].host = hosts[i];
    if (!hostaddr.empty()) entries[i].hostaddr = addresses[i];
    const auto number = read_port(ports[ports.size() == 1 ? 0 : i]);
    if (!number) return number.error();
    entries[i].port = *number;
  }
  return entries;
}

}  // namespace pgiam
