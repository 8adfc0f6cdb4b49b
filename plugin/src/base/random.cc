#include "base/random.h"

#include <random>

namespace pgiam {

double random_unit() {
  std::random_device device;
  return std::uniform_real_distribution<double>(0, 1)(device);
}

std::uint32_t random_bits() { return std::random_device()(); }

}  // namespace pgiam
