// What is known of AWS's databases that a name, a server's words or a role point to: nobody is asked.
#pragma once

#include "clouds/examine/examiner.h"

namespace pgiam::aws {

FailureAdvice advise(const World& world, const Subject& subject);

}  // namespace pgiam::aws
