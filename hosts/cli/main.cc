// pgiam, the command. A host like any other: all it knows comes through pgiam.h.
#include "command_line.h"
#include "report.h"

using namespace pgiam::cli;

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
  return report_failures([&] { return run({argv + 1, argv + argc}); });
}
