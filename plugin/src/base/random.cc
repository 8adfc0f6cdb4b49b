#include "base/random.h"

#include <random>

namespace pgiam {

double random_unit() {
  std::random_device device;
  return std::uniform_real_distribution<double>(0, 1)(device);
}

}  // namespace pgiam
