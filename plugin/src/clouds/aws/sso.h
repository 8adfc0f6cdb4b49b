// IAM Identity Center: its sessions in the config file, its tokens in ~/.aws/sso/cache, shared with
// the AWS CLI. docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clouds/aws/json.h"
#include "clouds/aws/profile_source.h"

namespace pgiam::aws {

struct SsoConfig {
  std::string profile;
  std::string session;  // "": a legacy profile, whose token cannot be refreshed
  std::string start_url;
  std::string region;
  std::vector<std::string> scopes;
  std::string account, role;  // "" in a profile that is for tokens only
};

// kBadConfig for a session that does not exist, contradicts the profile or lacks something.
Result<SsoConfig> read_sso_config(const ProfileView& view);

// The token file's path; "" where no home is known.
std::string sso_token_path(const Environment& environment, const SsoConfig& config);

// The error, with the commands that sign the person in.
Error to_sign_in(const SsoConfig& config, Error error);
// Somebody has to sign in: `why`, and those commands.
Error sso_login_required(const SsoConfig& config, const std::string& why);

// A token that is good now: from the file, refreshed when it is about to die. `refused` is one that
// the portal did not take. kLoginRequired where only a person can help.
Result<Secret> sso_access_token(const ProviderContext& context, const Profiles& profiles,
                                const SsoConfig& config, const Secret& refused, const Call& call);

// Lets a person sign in on a page that the prompt shows, and writes the token file. Takes as long
// as the person does, not as the call allows; ends when the call is stopped. kLoginDeclined when
// the person or the time said no.
Result<void> sso_login(const ProviderContext& context, const Profiles& profiles,
                       const SsoConfig& config, const Call& call);

}  // namespace pgiam::aws
