#include "flow/features.h"

namespace pgiam {

std::span<const char* const> features() {
  static constexpr const char* kFeatures[] = {
      "target:aws.rds",
      "target:aws.dsql",
      "provider:aws.environment",
      "provider:aws.profile",
  };
  return kFeatures;
}

}  // namespace pgiam
