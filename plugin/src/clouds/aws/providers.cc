// The sources of credentials: which there are, and in what order they are asked.
#include <algorithm>

#include "clouds/aws/profile_source.h"

namespace pgiam::aws {
namespace {

// Ordered by cost: local and free, then what is configured, then the network that is always there.
struct ChainLink {
  const ProviderInfo& info;
  MakeProvider make;
  bool with_profile_given;  // also asked when our own option names a profile
};
constexpr ChainLink kChain[] = {
    {kEnvironmentInfo, make_environment_provider, false},
    {kWebIdentityInfo, make_web_identity_provider, false},
    {kProfileInfo, make_profile_provider, true},
    {kContainerInfo, make_container_provider, true},
    {kImdsInfo, make_imds_provider, true},
};

bool has(const Section& section, std::string_view key) { return !property(section, key).empty(); }

bool asks_for_web_identity(const Section& section) {
  return has(section, "web_identity_token_file");
}
bool asks_for_sso_role(const Section& section) {
  return has(section, "sso_account_id") || has(section, "sso_role_name");
}
// For tokens only, or not finished: no credentials come of it, and that must be said.
bool asks_for_sso(const Section& section) {
  return has(section, "sso_session") || has(section, "sso_start_url");
}
bool asks_for_login(const Section& section) { return has(section, "login_session"); }
bool asks_for_process(const Section& section) { return has(section, "credential_process"); }
// Without a role it is what it names, and so for the SDKs that do not pass it over.
bool asks_for_named_source(const Section& section) { return has(section, "credential_source"); }
bool has_keys_in_credentials_file(const Section& section) {
  const auto id = section.find("aws_access_key_id");
  return has_static_keys(section) && id != section.end() && id->second.in_credentials_file;
}

constexpr ProfileSource kStaticKeys{kProfileInfo, has_static_keys, load_static_keys};

// The first that a profile asks for is its source, for better or worse.
constexpr ProfileSource kProfileSources[] = {
    {kWebIdentityInfo, asks_for_web_identity, load_web_identity},
    {kSsoInfo, asks_for_sso_role, load_sso},
    // Keys of the credentials file come before a program, those of the config file behind it, as
    // for boto3.
    {kProfileInfo, has_keys_in_credentials_file, load_static_keys},
    {kLoginInfo, asks_for_login, load_login},
    {kProcessInfo, asks_for_process, load_process},
    {kProfileInfo, has_static_keys, load_static_keys},
    {kSsoInfo, asks_for_sso, load_sso},
    {kProfileInfo, asks_for_named_source, load_named_source},
};

}  // namespace

const ProfileSource* find_profile_source(const Section& section, bool keys_first) {
  if (keys_first && has_static_keys(section)) return &kStaticKeys;
  for (const ProfileSource& source : kProfileSources)
    if (source.asked_for(section)) return &source;
  return nullptr;
}

ProviderPtr make_default_chain(const ProviderContext& context) {
  std::vector<ProviderPtr> providers;
  for (const ChainLink& link : kChain)
    if (!context.profile_given || link.with_profile_given) providers.push_back(link.make(context));
  return make_chain(context.world.clock, std::move(providers));
}

std::vector<const ProviderInfo*> all_providers() {
  std::vector<const ProviderInfo*> all;
  const auto add = [&](const ProviderInfo& info) {
    if (std::find(all.begin(), all.end(), &info) == all.end()) all.push_back(&info);
  };
  for (const ChainLink& link : kChain) add(link.info);
  add(kAssumeRoleInfo);
  for (const ProfileSource& source : kProfileSources) add(source.info);
  return all;
}

}  // namespace pgiam::aws
