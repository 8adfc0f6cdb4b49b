// The password that a client would send by itself.
#pragma once

#include "base/call.h"
#include "base/secret.h"
#include "flow/request.h"
#include "ports/world.h"

namespace pgiam {

// The one that the user gave it; else that of the first line that fits in libpq's password file, where
// the keywords name one that libpq would read. Empty where there is none.
Secret password_of_client(const World& world, const Request& request, const Call& call);

}  // namespace pgiam
