#include "clouds/aws/sign_in.h"

#include "base/shell.h"
#include "clouds/aws/sso.h"

namespace pgiam::aws {

Result<void> sign_in(const ProviderContext& context, const Call& call) {
  const auto profiles = context.files.read(call);
  if (!profiles) return profiles.error();
  if ((*profiles)->find(context.profile) == nullptr) return {};  // the sources say it better
  const auto chain = resolve_role_chain(**profiles, context.profile);
  if (!chain) return chain.error();
  const Section& section = *(*profiles)->find(chain->profile);
  const bool rests_on_keys = chain->keys_first && has_static_keys(section);
  if (chain->source || rests_on_keys) return {};
  if (property(section, "sso_session").empty() && property(section, "sso_start_url").empty()) {
    if (property(section, "login_session").empty()) return {};
    return with_commands(
        make_error(Status::kUnsupported,
                   "profile \"" + chain->profile + "\" rests on a session of the AWS CLI"),
        {"aws login --profile " + shell_word(chain->profile)});
  }
  const auto config = read_sso_config({context, **profiles, chain->profile, section});
  if (!config) return config.error();
  return sso_login(context, **profiles, *config, call);
}

}  // namespace pgiam::aws
