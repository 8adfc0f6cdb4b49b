// Whose credentials these are: STS GetCallerIdentity, which nobody needs a permission for.
#pragma once

#include "clouds/aws/examine/keys.h"
#include "clouds/examine/examiner.h"

namespace pgiam::aws {

inline constexpr int kMostForIdentity = 2;  // calls

Check examine_identity(const World& world, const Profiles& profiles, const Subject& subject,
                       const CredentialsPtr& keys, const std::string& profile, const Call& call);

}  // namespace pgiam::aws
