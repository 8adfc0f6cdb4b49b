// The process's environment variables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace pgiam {

class Environment {
 public:
  virtual ~Environment() = default;
  // A variable that is set, even when it is empty.
  virtual std::optional<std::string> get(const char* name) const = 0;
  // Changes whenever a variable that was ever asked for is set, removed or written over. Cheap enough to ask at every connect.
  virtual std::uint64_t generation() const = 0;
  // Changes with any variable at all.
  virtual std::uint64_t generation_of_all() const { return generation(); }

  // The person's home folder; nothing where none is known.
  virtual std::optional<std::string> home() const { return get_nonblank("HOME"); }

  // Those of this very installation, with files that it brings or that were installed into it: where the
  // code lies says which, no variable.
  virtual std::vector<std::string> data_folders() const { return {}; }

  // Blank counts as unset, as in the AWS SDKs.
  std::optional<std::string> get_nonblank(const char* name) const {
    auto value = get(name);
    if (!value || value->find_first_not_of(kBlanks) == std::string::npos) return std::nullopt;
    return value;
  }
};

}  // namespace pgiam
