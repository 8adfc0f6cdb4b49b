// The process's environment, as getenv reads it, and the user database for who lacks HOME.
#pragma once

#include <atomic>

#include "base/privilege.h"
#include "ports/environment.h"

namespace pgiam {

// The one place that reads it. In a privileged program it is empty: no variable, no home.
class PosixEnvironment : public Environment {
 public:
  explicit PosixEnvironment(bool privileged = is_privileged()) : privileged_(privileged) {}

  std::optional<std::string> get(const char* name) const override;
  std::optional<std::string> home() const override;
  std::uint64_t generation() const override;
  std::uint64_t generation_of_all() const override;
  std::vector<std::string> data_folders() const override;

 private:
  std::uint64_t generation_of(std::uint64_t marks) const;

  const bool privileged_;
  mutable std::atomic<std::uint64_t> asked_{0};  // the marks of names that were asked for
  mutable std::optional<std::vector<std::string>> data_folders_;  // under the state lock
};

}  // namespace pgiam
