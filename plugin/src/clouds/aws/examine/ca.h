// RDS's certificate authorities: which files of them are there, and Amazon's own.
#pragma once

#include "clouds/examine/examiner.h"

namespace pgiam::aws {

CaTold tell_of_ca(const World& world, std::span<const GivenOption> options, bool fetch,
                  const Call& call);

}  // namespace pgiam::aws
