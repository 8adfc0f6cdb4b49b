// The process's environment, as getenv reads it, and the user database for who lacks HOME.
#pragma once

#include "ports/environment.h"

namespace pgiam {

class PosixEnvironment : public Environment {
 public:
  std::optional<std::string> get(const char* name) const override;
  std::optional<std::string> home() const override;
  std::uint64_t generation() const override;
};

}  // namespace pgiam
