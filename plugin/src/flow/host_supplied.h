// Credentials that the host supplies when it is asked.
#pragma once

#include "clouds/cloud.h"
#include "ports/host_link.h"

namespace pgiam {

// Kept under the host's own name for them. `cloud` outlives it.
SecretSource host_supplied(const Cloud& cloud, std::string_view identity);

// A cloud's source, which rests on what the host supplies where it does. `target`: null where only
// the secret is wanted.
Result<SecretSource> source_for(const Cloud& cloud, const Settings& settings, const Target* target,
                                const Call& call);

}  // namespace pgiam
