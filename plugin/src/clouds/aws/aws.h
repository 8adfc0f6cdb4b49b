// AWS: its endpoints, its credentials, its signature.
#pragma once

#include <memory>

#include "clouds/cloud.h"

namespace pgiam::aws {

// `world` outlives it.
std::unique_ptr<Cloud> make_aws(const World& world);

}  // namespace pgiam::aws
