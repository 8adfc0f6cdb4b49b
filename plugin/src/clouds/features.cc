#include "clouds/features.h"

#include "base/state_lock.h"
#include "clouds/options.h"
#include "clouds/registry.h"

namespace pgiam {
namespace {

std::vector<std::string> list_features() {
  std::vector<std::string> list;
  for (const CloudRegistration* cloud : registered_clouds())
    for (std::string& feature : cloud->features()) list.push_back(std::move(feature));
  for (const Option* file : {&kPasswordFileOption, &kPgpassOption})
    list.push_back(std::string("provider:") + file->key);
  list.insert(list.end(), {"prompt:mfa-code", "prompt:device-login"});
  return list;
}

}  // namespace

std::span<const std::string> features() {
  const StateLock lock;  // fork() waits, so no child finds it half made
  static const auto* const kFeatures = new const std::vector<std::string>(list_features());
  return *kFeatures;
}

}  // namespace pgiam
