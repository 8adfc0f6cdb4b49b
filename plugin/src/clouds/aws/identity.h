// Who the credentials of a context will be, before they are looked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clouds/aws/provider.h"

namespace pgiam::aws {

// All that decides it, as one text: a change of any of it must not find old credentials.
// Without the role of our own options it is the one of what that rests on.
std::string identity_key(const ProviderContext& context, std::string_view files_digest,
                         bool with_own_role = true);

// Every variable that may be read on the way to credentials.
std::vector<const char*> declared_variables();

}  // namespace pgiam::aws
