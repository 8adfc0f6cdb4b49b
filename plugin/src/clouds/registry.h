// The clouds that there are.
#pragma once

#include <memory>
#include <vector>

#include "clouds/cloud.h"

namespace pgiam {

std::vector<std::unique_ptr<Cloud>> make_clouds(const World& world);

}  // namespace pgiam
