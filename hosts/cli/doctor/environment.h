// What can be told where no connection is named: what any of them would rest on.
#pragma once

#include "../command.h"
#include "report.h"

namespace pgiam::cli::doctor {

// False: neither the command line nor libpq's variables lead to a host.
bool names_connection(const Arguments& arguments);

Report examine_environment(const Arguments& arguments);

}  // namespace pgiam::cli::doctor
