#include "adapters/environment_posix.h"

#include <stdlib.h>
#include <unistd.h>

#include <functional>
#include <string_view>

#include "adapters/module_file.h"
#include "base/state_lock.h"
#include "base/user_database.h"

namespace pgiam {
namespace {

// One of 64 bits, by a name's first two letters.
std::uint64_t mark_of(const char* name) {
  if (name[0] == '\0') return 0;
  const unsigned letters =
      static_cast<unsigned char>(name[0]) * 7u + static_cast<unsigned char>(name[1]);
  return std::uint64_t{1} << letters % 64;
}

}  // namespace

std::optional<std::string> PosixEnvironment::get(const char* name) const {
  asked_.fetch_or(mark_of(name), std::memory_order_relaxed);
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

// Of pointers and texts, as putenv leaves a program's own memory in the table, which may say
// something else without another pointer. Every connection asks: so the texts are only of those
// variables whose names look like one that was ever asked for, and the sums are Fletcher's, which
// also tell the order.
std::uint64_t PosixEnvironment::generation_of(std::uint64_t marks) const {
  if (privileged_ || environ == nullptr) return 0;
  std::uint64_t sum = 0, sum_of_sums = 0;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    sum += reinterpret_cast<std::uintptr_t>(*entry);
    if (marks & mark_of(*entry)) sum += std::hash<std::string_view>()(*entry);
    sum_of_sums += sum;
  }
  return sum_of_sums * 0x9e3779b97f4a7c15 + sum;
}

std::uint64_t PosixEnvironment::generation() const {
  return generation_of(asked_.load(std::memory_order_relaxed));
}

std::uint64_t PosixEnvironment::generation_of_all() const {
  return generation_of(~std::uint64_t{0});
}

}  // namespace pgiam
