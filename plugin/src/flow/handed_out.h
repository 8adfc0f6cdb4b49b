// Which passwords this process has handed out, so that one which a client gives back is known for
// what it is.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace pgiam {

// The last few thousand, by a number for each; none is kept as it is. Any thread, without a lock.
class HandedOutPasswords {
 public:
  void remember(std::string_view password);
  bool knows(std::string_view password) const;

 private:
  static std::uint64_t number_of(std::string_view password);

  std::array<std::atomic<std::uint64_t>, 2048> numbers_{};  // 0: none; each has one place
};

}  // namespace pgiam
