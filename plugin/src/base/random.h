// Chance, where processes must not act in step.
#pragma once

namespace pgiam {

// In [0, 1), from the system: seeded alike in no two processes.
double random_unit();

}  // namespace pgiam
