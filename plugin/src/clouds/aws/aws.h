// AWS: its endpoints, its credentials, its signature.
#pragma once

#include <memory>

#include "clouds/aws/runtime.h"
#include "clouds/cloud.h"

namespace pgiam::aws {

// `world` and `runtime` outlive it.
std::unique_ptr<Cloud> make_aws(const World& world, Runtime& runtime = Runtime::of_process());

}  // namespace pgiam::aws
