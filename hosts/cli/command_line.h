// Reads the command line of a subcommand, and writes its help from the same description.
#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace pgiam::cli {

struct Chosen {
  const Command& command;
  std::size_t words;  // how many of the line its name takes
};
// The subcommand that the line begins with; throws a UsageError that names the nearest one. The
// line is not empty.
Chosen find_command(const std::vector<Command>& commands, const std::vector<std::string>& line);

// Throws UsageError. `line`: what follows the subcommand's name.
Arguments parse(const Command& command, std::vector<std::string> line);

std::string help_of(const Command& command);

}  // namespace pgiam::cli
