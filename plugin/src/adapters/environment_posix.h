// The process's environment, as getenv reads it.
#pragma once

#include "ports/environment.h"

namespace pgiam {

class PosixEnvironment : public Environment {
 public:
  std::optional<std::string> get(const char* name) const override;
  std::uint64_t generation() const override;
};

}  // namespace pgiam
