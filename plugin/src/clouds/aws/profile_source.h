// What a profile may name as the source of its credentials.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "clouds/aws/provider.h"
#include "clouds/aws/role_chain.h"

namespace pgiam::aws {

// One profile of those that were read. Borrowed for the time of a load.
struct ProfileView {
  const ProviderContext& context;
  const Profiles& profiles;
  const std::string& name;
  const Section& section;
};

struct ProfileSource {
  const ProviderInfo& info;
  bool (*asked_for)(const Section& section);
  Result<CredentialsPtr> (*load)(const ProfileView&, const Call&, Trace&);
};

// The one that the profile asks for, by the table in providers.cc; null where it asks for none.
// `keys_first`: where it holds keys, those.
const ProfileSource* find_profile_source(const Section& section, bool keys_first);

// Each in the file of its name in providers/, and called only for a profile that asks for it.
Result<CredentialsPtr> load_static_keys(const ProfileView&, const Call&, Trace&);
Result<CredentialsPtr> load_web_identity(const ProfileView&, const Call&, Trace&);
Result<CredentialsPtr> load_sso(const ProfileView&, const Call&, Trace&);
Result<CredentialsPtr> load_login(const ProfileView&, const Call&, Trace&);
Result<CredentialsPtr> load_process(const ProfileView&, const Call&, Trace&);
Result<CredentialsPtr> load_named_source(const ProfileView&, const Call&, Trace&);

// Of keys that somebody wrote, by the names that the two go by there: what AWS is going to refuse,
// most likely; it is the one to say so.
void warn_of_odd_keys(Log& log, const Credentials& credentials, const std::string& id,
                      const std::string& secret);

using LoadBase = std::function<Result<CredentialsPtr>(const Call&, Trace&)>;

// The credentials that `roles`, one after the other, lead to from `base`. What the AWS CLI's cache
// holds saves the way to it.
Result<CredentialsPtr> assume_roles(const ProviderContext& context, const Profiles& profiles,
                                    std::span<const Role> roles, const LoadBase& base,
                                    const Call& call, Trace& trace);

}  // namespace pgiam::aws
