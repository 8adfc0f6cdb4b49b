// By getrandom(2), which any glibc since 2.25 has: what std::random_device takes is not in those before 2.36.
#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <stdexcept>

namespace pgiam {
namespace {

template <typename Number>
Number any() {
  unsigned char bytes[sizeof(Number)];
  fill_with_random(bytes);
  Number number = 0;
  for (unsigned char byte : bytes) number = static_cast<Number>(number << 8 | byte);
  return number;
}

}  // namespace

double random_unit() { return static_cast<double>(any<std::uint64_t>() >> 11) * 0x1p-53; }

std::uint32_t random_bits() { return any<std::uint32_t>(); }

void fill_with_random(std::span<unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t given = getrandom(bytes.data(), bytes.size(), 0);
    if (given < 0 && errno != EINTR) throw std::runtime_error("the system has no randomness");
    if (given > 0) bytes = bytes.subspan(static_cast<std::size_t>(given));
  }
}

}  // namespace pgiam
