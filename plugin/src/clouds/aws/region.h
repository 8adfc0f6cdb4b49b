// The region that a machine's AWS settings name.
#pragma once

#include <span>
#include <string>

#include "clouds/aws/provider.h"
#include "clouds/cloud.h"

namespace pgiam::aws {

// What configured_region reads.
extern const std::span<const char* const> kRegionVariables;

// Of the variables, else of the profile (null: there is none), and where it is from.
struct ConfiguredRegion {
  std::string name;  // "" if there is none
  std::string from;
};
ConfiguredRegion configured_region(const Environment& environment, const Section* profile,
                                const std::string& profile_name);

// Where a service is asked on behalf of the selected profile: as above, else the option `region`.
std::string service_region(const ProviderContext& context, const Profiles& profiles);

}  // namespace pgiam::aws
