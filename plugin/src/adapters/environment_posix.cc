#include "adapters/environment_posix.h"

#include <stdlib.h>
#include <unistd.h>

#include "adapters/module_file.h"
#include "base/state_lock.h"
#include "base/user_database.h"

namespace pgiam {

std::optional<std::string> PosixEnvironment::get(const char* name) const {
  const char* value = privileged_ ? nullptr : ::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

// Services are often started without HOME. boto3 looks into the user database then, and so does
// libpq.
std::optional<std::string> PosixEnvironment::home() const {
  if (privileged_) return std::nullopt;
  if (auto given = get_nonblank("HOME")) return given;
  std::string home = home_of_user();
  if (home.empty()) return std::nullopt;
  return home;
}

std::vector<std::string> PosixEnvironment::data_folders() const {
  {
    const StateLock lock;
    if (data_folders_) return *data_folders_;
  }
  auto found = find_data_folders();  // reads folders, which nobody is to wait for under that lock
  const StateLock lock;
  if (!data_folders_) data_folders_ = std::move(found);
  return *data_folders_;
}

// setenv, unsetenv and putenv all exchange pointers in the table, so the pointers tell. Every
// connection asks: Fletcher's sums, of the pointers and of their order, as they cost two additions.
std::uint64_t PosixEnvironment::generation() const {
  if (privileged_ || environ == nullptr) return 0;
  std::uint64_t sum = 0, sum_of_sums = 0;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    sum += reinterpret_cast<std::uintptr_t>(*entry);
    sum_of_sums += sum;
  }
  return sum_of_sums * 0x9e3779b97f4a7c15 + sum;
}

}  // namespace pgiam
