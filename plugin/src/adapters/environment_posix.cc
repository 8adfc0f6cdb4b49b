#include "adapters/environment_posix.h"

#include <stdlib.h>
#include <unistd.h>

namespace pgiam {

std::optional<std::string> PosixEnvironment::get(const char* name) const {
  const char* value = ::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

// setenv, unsetenv and putenv all exchange pointers in the table, so the pointers tell.
std::uint64_t PosixEnvironment::generation() const {
  std::uint64_t hash = 1469598103934665603u;  // FNV-1a, a pointer at a time
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    hash = (hash ^ reinterpret_cast<std::uintptr_t>(*entry)) * 1099511628211u;
  return hash;
}

}  // namespace pgiam
