// What programs want, remembered: one that connects again and again in the same way has libpq asked
// once, which costs more than all else that the hook does.
//
// An answer stands while everything that it rests on does: the parameters, the environment, the
// user, the password file. No answer is kept that holds a password or rests on a service file.
#pragma once

#include <memory>

#include "probe.h"

namespace pgiam::libpq {

// nullptr: there is nothing for us to do, no host could be ours.
std::shared_ptr<const Intent> find_intent(const RealLibpq& libpq, const Parameters& given);

// Whether the plugin has to be asked about the host.
bool wants_token(const Endpoint& endpoint);

}  // namespace pgiam::libpq
