// A local stack or a test's service in the place of the cloud's own, as an AWS_ENDPOINT_URL names it.
#pragma once

#include "report.h"

namespace pgiam::cli::doctor {

// What such a one says is no certain evidence.
void doubt_stand_in(Report& report);

}  // namespace pgiam::cli::doctor
