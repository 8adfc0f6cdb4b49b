// What this build can do, as pgiam_feature_at lists it.
#pragma once

#include <span>

namespace pgiam {

std::span<const char* const> features();

}  // namespace pgiam
