// Whether a connection is to make sure of its server: which sslmode a token needs, and a CA that can
// do what it is named for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/options.h"
#include "base/result.h"
#include "flow/request.h"
#include "ports/world.h"

namespace pgiam {

// The user's own keyword, else our option; "" where neither names one. What lies in ~/.postgresql is
// named by nobody.
std::string_view ca_in_force(const Request& request, const Settings& settings);

inline constexpr std::string_view kVerifyFull = "verify-full", kVerifyCa = "verify-ca";

// What a token needs the client to set, since it is a password in clear text that anybody on the
// way could use: "" where the user's own sslmode will do. Who names a CA and no sslmode wants to know
// whom the token goes to: by its name, unless that cannot be had.
Result<std::string> sslmode_for_token(const Request& request, const Settings& settings,
                                      bool can_verify_name);

// Why the CA file that our option names can verify nothing. libpq takes a file that is not there for
// none under sslmode=require, and verifies nothing.
std::optional<Error> why_no_ca(const World& world, const Request& request,
                               const Settings& settings, const Call& call);

}  // namespace pgiam
