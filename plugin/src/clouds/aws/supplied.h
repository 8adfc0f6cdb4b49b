// Credentials that a host supplies by itself.
#pragma once

#include "clouds/aws/credentials.h"
#include "ports/host_link.h"

namespace pgiam::aws {

// access_key_id, secret_access_key and, where there are such, session_token, expires_at (RFC 3339)
// and account_id. kNoCredentials names what is missing, malformed, or expired at `now`.
Result<CredentialsPtr> read_supplied_credentials(const SuppliedValues& values, Time now);

}  // namespace pgiam::aws
