// Chance, where processes must not act in step.
#pragma once

#include <cstdint>

namespace pgiam {

// From the system: seeded alike in no two processes. In [0, 1); and all 32 of them.
double random_unit();
std::uint32_t random_bits();

}  // namespace pgiam
