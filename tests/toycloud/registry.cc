// The registry of a build with the toy in it: one line more than plugin/src/clouds/registry.cc.
#include "clouds/registry.h"

#include "clouds/aws/aws.h"
#include "clouds/toy/toy.h"

namespace pgiam {
namespace {

constexpr const CloudRegistration* kClouds[] = {
    &aws::kRegistration,
    &toy::kRegistration,
};

}  // namespace

std::span<const CloudRegistration* const> registered_clouds() { return kClouds; }

}  // namespace pgiam
