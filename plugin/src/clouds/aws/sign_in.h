// Signing in by hand to what a profile rests on.
#pragma once

#include "clouds/aws/provider.h"

namespace pgiam::aws {

// The IAM Identity Center session of the profile, or of the one at the end of its roles. Nothing to
// do for other sources; kUnsupported, with the command, for a session of `aws login`.
Result<void> sign_in(const ProviderContext& context, const Call& call);

}  // namespace pgiam::aws
