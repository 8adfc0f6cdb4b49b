#include "clouds/registry.h"

#include "clouds/aws/aws.h"

namespace pgiam {
namespace {

constexpr const CloudRegistration* kClouds[] = {
    &aws::kRegistration,
};

}  // namespace

std::span<const CloudRegistration* const> registered_clouds() { return kClouds; }

}  // namespace pgiam
