// Chance from the system, where processes must not act in step, or nobody may guess.
#pragma once

#include <cstdint>
#include <span>

namespace pgiam {

// Seeded alike in no two processes. In [0, 1); and all 32 of them.
double random_unit();
std::uint32_t random_bits();
void fill_with_random(std::span<unsigned char> bytes);

}  // namespace pgiam
