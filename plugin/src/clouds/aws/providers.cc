// The sources of credentials, ordered by cost: local and free, then what is configured, then the
// network that is always there.
#include "clouds/aws/options.h"
#include "clouds/aws/provider.h"

namespace pgiam::aws {
namespace {

struct Source {
  MakeProvider make;
  bool with_profile_given;  // also asked when our own option names a profile
};

constexpr Source kSources[] = {
    {make_environment_provider, false},
    {make_web_identity_provider, false},
    {make_profile_provider, true},
    {make_container_provider, true},
    {make_imds_provider, true},
};

}  // namespace

ProviderPtr make_default_chain(const ProviderContext& context) {
  std::vector<ProviderPtr> providers;
  for (const Source& source : kSources)
    if (!context.profile_given || source.with_profile_given)
      providers.push_back(source.make(context));
  ProviderPtr chain = make_chain(context.world.clock, std::move(providers));
  if (!context.settings.given(kRoleArnOption)) return chain;
  return make_role_provider(context, std::move(chain));
}

}  // namespace pgiam::aws
