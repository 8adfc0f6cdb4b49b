// One file each.
#pragma once

#include "command.h"

namespace pgiam::cli {

Command token_command();
Command exec_command();
Command keep_command();
Command explain_command();
Command doctor_command();
Command credentials_command();
Command login_command();
Command ca_command();
Command odbc_command();
Command setup_sql_command();
Command setup_policy_command();
Command bridge_command();
Command version_command();
Command help_command();

}  // namespace pgiam::cli
