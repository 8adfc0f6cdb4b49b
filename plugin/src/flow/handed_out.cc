#include "flow/handed_out.h"

#include <functional>

namespace pgiam {

std::uint64_t HandedOutPasswords::number_of(std::string_view password) {
  // Its end tells it from all others: a signature, where it has one.
  constexpr std::size_t kEnd = 64;
  if (password.size() > kEnd) password.remove_prefix(password.size() - kEnd);
  const std::uint64_t number = std::hash<std::string_view>()(password);
  return number != 0 ? number : 1;
}

void HandedOutPasswords::remember(std::string_view password) {
  const std::uint64_t number = number_of(password);
  numbers_[number % numbers_.size()].store(number, std::memory_order_relaxed);
}

bool HandedOutPasswords::knows(std::string_view password) const {
  const std::uint64_t number = number_of(password);
  return numbers_[number % numbers_.size()].load(std::memory_order_relaxed) == number;
}

}  // namespace pgiam
