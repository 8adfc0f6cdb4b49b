// pgiam help: the overview, or a subcommand's own text.
#include "command_line.h"
#include "commands.h"
#include "report.h"

namespace pgiam::cli {
namespace {

std::string overview(const std::vector<Command>& commands) {
  std::string text = "pgiam: short-lived AWS IAM passwords for PostgreSQL\n\n";
  for (const Command& command : commands) {
    std::string name = command.name;
    name.resize(14, ' ');
    text += "  pgiam " + name + command.purpose + "\n";
  }
  text +=
      "\npgiam help COMMAND lists its options. Exit status: 0 ok, 1 internal, 2 usage or\n"
      "configuration, 3 no credentials or login needed, 4 denied, 5 network or time-out.";
  return text;
}

// Of a command, or of all that begin with this word.
std::string help_on(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  std::string text;
  for (const Command& command : commands) {
    if (words.size() == 1 && std::string(command.name).starts_with(words.front() + " "))
      text += help_of(command) + "\n";
  }
  return text.empty() ? help_of(find_command(commands, words).command) : text;
}

int run(const Arguments& arguments) {
  const std::vector<Command> commands = all_commands();
  print_line(arguments.words.empty() ? overview(commands)
                                     : help_on(commands, arguments.words));
  return kExitOk;
}

}  // namespace

Command help_command() {
  return {.name = "help",
          .purpose = "this overview, or the help of a command",
          .word = {"COMMAND", "the command to tell of", true},
          .run = run};
}

}  // namespace pgiam::cli
