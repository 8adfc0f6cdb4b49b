// Rejects connections that are plainly not ours. Most are settled here: asking libpq what it would
// do with a connection (probe.h) costs as much as its own work on the parameters.
#pragma once

#include <string_view>

#include "parameters.h"
#include "real_libpq.h"

namespace pgiam::libpq {

// True: a password was given that is no token, or the server is local and no rule could say
// otherwise. False: libpq has to be asked.
bool quick_reject(const host::RealLibpq& libpq, const host::Parameters& given);

// Whether a password is too short for an old token, which a program may replay. What is longer only
// the library can tell, and whether it counts as none.
bool is_no_token(std::string_view password);

// Whether this password is the user's own word, whatever the server is, and nobody is to be told.
bool surely_wins(std::string_view password);

// Whether the library is to be asked although a password was given: it may have to give way (force =
// yes), or to be spoken of.
bool given_password_matters();

// A name that DNS cannot make an endpoint of, or an address.
bool is_local_name(std::string_view host);

}  // namespace pgiam::libpq
