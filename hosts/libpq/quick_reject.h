// Decides cheaply that a connection is not ours, as most are not: asking libpq what it would do with
// one (probe.h) costs as much as libpq's own work on the parameters.
#pragma once

#include <string_view>

#include "parameters.h"
#include "real_libpq.h"

namespace pgiam::libpq {

// True: a password was given that is no token, or the server is local and no rule could say
// otherwise. False: libpq has to be asked.
bool quick_reject(const host::RealLibpq& libpq, const host::Parameters& given);

// Whether a password is too short to be a token that the program uses again. Of a longer one only the
// library can tell, and whether it counts as given.
bool is_no_token(std::string_view password);

// Whether this password is used as it is, whatever the server is, and nothing has to be logged.
bool certainly_wins(std::string_view password);

// Whether the library is asked although a password was given: a token may replace it (force = yes), or
// the log tells that it wins.
bool given_password_matters();

// An address, or a name that DNS cannot lead to an endpoint.
bool is_local_name(std::string_view host);

}  // namespace pgiam::libpq
