// A cache of what libpq resolved (probe.h): a program that connects again and again in the same way
// has libpq asked once, which costs more than all else that the hook does.
//
// An entry is valid while everything that it rests on is as it was: the parameters, the
// environment, the user, the password file. Nothing is kept that holds a password or rests on a
// service file.
#pragma once

#include <memory>

#include "probe.h"

namespace pgiam::libpq {

// nullptr: there is nothing for us to do, no host could be ours.
std::shared_ptr<const host::ResolvedParams> resolve_params(const host::RealLibpq& libpq,
                                                           const host::Parameters& given);

}  // namespace pgiam::libpq
