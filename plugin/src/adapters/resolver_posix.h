// The names that DNS has for a name, asked as the system's resolver library would ask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ports/clock.h"
#include "ports/files.h"
#include "ports/resolver.h"

namespace pgiam {

class PosixResolver : public Resolver {
 public:
  // `clock` is the one that deadlines are measured on; both outlive this. For tests: a file in the
  // place of /etc/hosts, and ports of name servers on 127.0.0.1 in the place of the system's.
  PosixResolver(const Clock& clock, const Files& files, std::string hosts_file = "/etc/hosts",
                std::vector<std::uint16_t> ports = {})
      : clock_(clock),
        files_(files),
        hosts_file_(std::move(hosts_file)),
        ports_(std::move(ports)) {}

  Result<std::vector<std::string>> aliases(const std::string& host,
                                           const Call& call) const override;
  Result<std::vector<std::string>> addresses(const std::string& host,
                                             const Call& call) const override;

 private:
  Result<bool> is_in_hosts_file(const std::string& host, const Call& call) const;

  const Clock& clock_;
  const Files& files_;
  const std::string hosts_file_;
  const std::vector<std::uint16_t> ports_;
};

}  // namespace pgiam
