#include "clouds/registry.h"

namespace pgiam {

std::vector<std::unique_ptr<Cloud>> make_clouds(const World& world) {
  std::vector<std::unique_ptr<Cloud>> clouds;
  for (const CloudRegistration* cloud : registered_clouds()) clouds.push_back(cloud->make(world));
  return clouds;
}

}  // namespace pgiam
