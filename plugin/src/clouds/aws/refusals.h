// What may be behind the refusal of an IAM token.
#pragma once

#include <string>
#include <vector>

#include "clouds/refusal.h"

namespace pgiam::aws {

// The likeliest first. `clock_warning`: how far this machine's clock is off, as AWS's own answers
// showed; "" where they showed nothing.
std::vector<Error> causes_of_refusal(const RefusedLogin& login, const std::string& clock_warning);

}  // namespace pgiam::aws
