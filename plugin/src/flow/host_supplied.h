// Credentials that the host supplies when it is asked.
#pragma once

#include "clouds/cloud.h"
#include "ports/host_link.h"

namespace pgiam {

// Kept under the host's own name for them. `cloud` outlives it.
SecretSource host_supplied(const Cloud& cloud, std::string_view identity);

}  // namespace pgiam
