// Reads the command line of a subcommand, and writes its help from the same description.
#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace pgiam::cli {

// The subcommand of this name; throws a UsageError that names the nearest one.
const Command& find_command(const std::vector<Command>& commands, const std::string& name);

// Throws UsageError. `line`: what follows the subcommand's name.
Arguments parse(const Command& command, std::vector<std::string> line);

std::string help_of(const Command& command);

}  // namespace pgiam::cli
