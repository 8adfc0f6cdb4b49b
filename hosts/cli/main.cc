// pgiam, the command. A host like any other: all it knows comes through pgiam.h.
#include <cstdlib>

#include "command_line.h"
#include "home.h"
#include "jdbc_url.h"
#include "odbc_source.h"
#include "report.h"

using namespace pgiam::cli;

// Services and desktops may start us without HOME; the files in it are the user's all the same.
static void find_home() {
  const std::string home = pgiam::host::home_folder();
  if (!home.empty()) setenv("HOME", home.c_str(), 1);
}

static int run(std::vector<std::string> line) {
  const std::vector<Command> commands = all_commands();
  if (line.empty()) throw UsageError("no command is given", "pgiam help");
  if (line.front() == "--help" || line.front() == "-h") line.front() = "help";
  if (line.front() == "--version" || line.front() == "-V") line.front() = "version";
  const auto [command, words] = find_command(commands, line);
  const auto first = line.begin() + static_cast<std::ptrdiff_t>(words);
  Arguments arguments = parse(command, {first, line.end()});
  if (command.takes_connection) accept_jdbc_url(arguments), accept_odbc_string(arguments);
  if (!arguments.help) return command.run(arguments);
  print_line(help_of(command));
  return kExitOk;
}

int main(int argc, char** argv) {
  find_home();
  return report_failures([&] { return run({argv + 1, argv + argc}); });
}
