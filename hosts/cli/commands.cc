// The subcommands, in the order of the overview.
#include "commands.h"

namespace pgiam::cli {

const Word kConninfo{"CONNINFO",
                     "as psql takes it: \"host=… user=…\", postgresql://…, or a database name"};

std::vector<Command> all_commands() {
  return {
      token_command(),     exec_command(),         keep_command(),   explain_command(),
      doctor_command(),    credentials_command(),  login_command(),  ca_command(),
      odbc_command(),      setup_sql_command(),    setup_policy_command(),
      bridge_command(),    version_command(),      help_command(),
  };
}

}  // namespace pgiam::cli
