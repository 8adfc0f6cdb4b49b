#include "clouds/aws/region.h"

#include "base/text.h"
#include "clouds/aws/options.h"

namespace pgiam::aws {
namespace {

constexpr const char* kVariables[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};

}  // namespace

constinit const std::span<const char* const> kRegionVariables = kVariables;

ConfiguredRegion configured_region(const Environment& environment, const Section* profile,
                                const std::string& profile_name) {
  for (const char* variable : kVariables)
    if (const auto region = environment.get_nonblank(variable))
      return {std::string(trim(*region)), variable};
  if (profile != nullptr)
    if (const auto region = property(*profile, "region"); !region.empty())
      return {std::string(region), "profile " + profile_name};
  return {};
}

std::string service_region(const ProviderContext& context, const Profiles& profiles) {
  const auto region =
      configured_region(context.world.environment, profiles.find(context.profile), context.profile);
  return region.name.empty() ? std::string(context.settings.get(kRegionOption)) : region.name;
}

}  // namespace pgiam::aws
