// What is known of AWS's databases that a name, a server's words or a role point to: nobody is asked.
#pragma once

#include "clouds/examine/examiner.h"

namespace pgiam::aws {

FailureAdvice advise(const World& world, const Subject& subject);

// Of one kind of endpoint.
void advise_on_rds(const Subject& subject, FailureAdvice& advice);
void advise_on_dsql(const Subject& subject, FailureAdvice& advice);

}  // namespace pgiam::aws
