// What names stand for in DNS, remembered for a minute; that nobody answered, for a few seconds.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "ports/world.h"

namespace pgiam {

// Any thread.
class Aliases {
 public:
  explicit Aliases(const World& world) : world_(world) {}

  // Could DNS know another name for this one? Not for addresses, nor for names of this machine and
  // network, which are never looked up.
  static bool worth_asking(std::string_view host);
  // The names that `host` leads to, in order. A failure leaves what was known before, or none:
  // without us the client would connect to this host all the same.
  std::vector<std::string> of(const std::string& host, const Call& call) const;

 private:
  struct Known {
    std::vector<std::string> names;
    Milliseconds good_until{0};  // on Clock::uptime()
  };

  const World& world_;
  mutable std::unordered_map<std::string, Known> known_;  // under the state lock
};

}  // namespace pgiam
