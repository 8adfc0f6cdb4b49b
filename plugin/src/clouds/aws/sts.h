// Roles, as the Security Token Service hands them out.
// docs.aws.amazon.com/STS/latest/APIReference
#pragma once

#include "clouds/aws/provider.h"
#include "clouds/aws/role_chain.h"

namespace pgiam::aws {

// Asks with `signer`'s signature. `code` is of the role's MFA device; empty where it has none.
Result<CredentialsPtr> sts_assume_role(const ProviderContext& context, const Profiles& profiles,
                                       const Role& role, const CredentialsPtr& signer,
                                       const Secret& code, const Call& call);

// Asks with the token in `token_file`, which is read for every attempt: it is replaced while we
// try, and the new one may be the one that is accepted.
Result<CredentialsPtr> sts_assume_role_with_web_identity(const ProviderContext& context,
                                                         const Profiles& profiles, const Role& role,
                                                         const std::string& token_file,
                                                         const Call& call);

// Did STS refuse the signer, so that other credentials of the same source may help?
bool is_refusal_of_signer(const Error& error);

// Did STS refuse because of the code itself, so that another one may help?
bool is_wrong_mfa_code(const Error& error);

}  // namespace pgiam::aws
