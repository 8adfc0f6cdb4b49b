// pgiam, the command. A host like any other: all it knows comes through pgiam.h.
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "command_line.h"
#include "report.h"

using namespace pgiam::cli;

// Services and desktops may start us without HOME; the files in it are the user's all the same.
static void find_home() {
  const char* home = std::getenv("HOME");
  if (home && *home) return;
  const passwd* user = getpwuid(geteuid());
  if (user && user->pw_dir && *user->pw_dir) setenv("HOME", user->pw_dir, 1);
}

static int run(const std::vector<std::string>& line) {
  const std::vector<Command> commands = all_commands();
  if (line.empty()) throw UsageError("what is to be done?", "pgiam help");
  std::string name = line.front();
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version" || name == "-V") name = "version";
  const Command& command = find_command(commands, name);
  const Arguments arguments = parse(command, {line.begin() + 1, line.end()});
  if (!arguments.help) return command.run(arguments);
  print_line(help_of(command));
  return kExitOk;
}

int main(int argc, char** argv) {
  find_home();
  return report_failures([&] { return run({argv + 1, argv + argc}); });
}
