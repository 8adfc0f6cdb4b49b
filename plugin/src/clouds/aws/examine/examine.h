// What AWS says of a connection's credentials.
#pragma once

#include "clouds/examine/examiner.h"

namespace pgiam::aws {

std::vector<Check> examine(const World& world, const Subject& subject, std::uint32_t what,
                           const Call& call);

}  // namespace pgiam::aws
