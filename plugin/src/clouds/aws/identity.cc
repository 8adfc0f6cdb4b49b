#include "clouds/aws/identity.h"

#include "base/sha256.h"
#include "clouds/aws/client.h"
#include "clouds/aws/endpoints.h"
#include "clouds/aws/imds.h"
#include "clouds/aws/region.h"
#include "clouds/aws/retry.h"
#include "clouds/options.h"

namespace pgiam::aws {

std::vector<const char*> declared_variables() {
  std::vector<const char*> all;
  const auto add = [&](std::span<const char* const> variables) {
    all.insert(all.end(), variables.begin(), variables.end());
  };
  for (const ProviderInfo* provider : all_providers()) add(provider->variables);
  // What helpers read. Where a service is asked decides who answers.
  for (const auto& variables : {kFileVariables, kRegionVariables, kEndpointVariables,
                                kCaBundleVariables, kRetryVariables, kImdsVariables})
    add(variables);
  return all;
}

std::string identity_key(const ProviderContext& context, std::string_view files_digest,
                         bool with_own_role) {
  std::string key = "aws\n" + context.profile + '\n' + (context.profile_given ? '1' : '0') + '\n';
  for (const ProviderInfo* provider : all_providers())
    for (const Option* option : provider->options) {
      if (with_own_role || provider != &kAssumeRoleInfo) key += context.settings.get(*option);
      key += '\n';
    }
  (key += context.settings.get(kCacheOption)) += '\n';
  (key += files_digest) += '\n';
  std::string values;
  const WipeAtExit wipe_values(values);
  for (const char* name : declared_variables())
    (values += context.world.environment.get(name).value_or("")) += '\n';
  return hex(bytes_of(sha256({key, values})));
}

}  // namespace pgiam::aws
