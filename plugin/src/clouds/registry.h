// The clouds that there are.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "clouds/cloud.h"

namespace pgiam {

// A cloud, and what is known of it before there is a world to make it for.
struct CloudRegistration {
  std::unique_ptr<Cloud> (*make)(const World& world);
  std::span<const Option> options;                // those that only it has
  std::vector<std::string_view> (*targets)();     // what the option `target` may call its endpoints
  std::vector<std::string> (*features)();         // "target:aws.rds", "provider:aws.sso"
};

// One line for each cloud, in registry.cc: the only file that knows which there are.
std::span<const CloudRegistration* const> registered_clouds();

std::vector<std::unique_ptr<Cloud>> make_clouds(const World& world);

}  // namespace pgiam
