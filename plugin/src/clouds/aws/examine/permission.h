// Whether a policy lets these credentials log in: IAM's own simulator is asked, on the very ARN.
#pragma once

#include "clouds/aws/examine/resource.h"
#include "clouds/examine/examiner.h"

namespace pgiam::aws {

// `who`: the check of the identity.
Check examine_permission(Asker& asker, const Subject& subject, const Resource& resource,
                         const Check& who);

}  // namespace pgiam::aws
