// DNS through the system's resolver library and its settings.
#pragma once

#include <cstdint>
#include <string>

#include "ports/resolver.h"

namespace pgiam {

class PosixResolver : public Resolver {
 public:
  // `port` other than 0 asks a server on 127.0.0.1 instead: for tests.
  explicit PosixResolver(std::uint16_t port = 0) : port_(port) {}
  Result<std::vector<std::string>> aliases(const std::string& host) const override;

 private:
  const std::uint16_t port_;
};

}  // namespace pgiam
