// AWS: its endpoints, its credentials, its signature.
#pragma once

#include <memory>
#include <span>

#include "clouds/aws/runtime.h"
#include "clouds/registry.h"

namespace pgiam::aws {

// `world` and `runtime` outlive it.
std::unique_ptr<Cloud> make_aws(const World& world, Runtime& runtime = Runtime::of_process());

extern const CloudRegistration kRegistration;

// For the registration.
std::vector<std::string_view> target_words();
std::vector<std::string> features();

}  // namespace pgiam::aws
