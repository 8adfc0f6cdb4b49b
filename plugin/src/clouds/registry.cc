#include "clouds/registry.h"

#include "clouds/aws/aws.h"

namespace pgiam {

std::vector<std::unique_ptr<Cloud>> make_clouds(const World& world) {
  std::vector<std::unique_ptr<Cloud>> clouds;
  clouds.push_back(aws::make_aws(world));
  return clouds;
}

}  // namespace pgiam
