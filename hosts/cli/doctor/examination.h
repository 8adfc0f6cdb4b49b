// The examination of a connection: step after step, host after host, up to what does not hold.
#pragma once

#include "../command.h"
#include "report.h"

namespace pgiam::cli::doctor {

Report examine(const Arguments& arguments);

}  // namespace pgiam::cli::doctor
