// What a subcommand is. Adding one: a file that defines it, and a line in commands.cc.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgiam::cli {

// What the user typed, sorted but not yet understood.
struct Arguments {
  std::vector<std::string> words;  // CONNINFO and the like
  std::map<std::string, std::vector<std::string>, std::less<>> flags;  // "json" → {""}
  std::vector<std::pair<std::string, std::string>> keywords;  // libpq's: "host", "port" …
  std::vector<std::pair<std::string, std::string>> options;   // the plugin's: "profile" …
  std::vector<std::string> program;                           // what to run, with its arguments
  bool help = false;                                          // nothing but this is asked
  std::string password_from;  // whence it came into CONNINFO; "": the user wrote it there

  bool has(std::string_view flag) const { return flags.find(flag) != flags.end(); }
  // Only of a flag that was given; of several the last.
  const std::string& value(std::string_view flag) const { return flags.find(flag)->second.back(); }
  // Of a flag that may be repeated; none where it was not given.
  std::vector<std::string> values(std::string_view flag) const {
    return has(flag) ? flags.find(flag)->second : std::vector<std::string>();
  }
};

struct Flag {
  const char* name;   // without the dashes
  const char* value;  // what it takes, "FILE"; nullptr: nothing
  const char* purpose;
  bool many = false;  // it may be repeated
};

struct Word {
  const char* name = nullptr;  // nullptr: the subcommand takes none
  const char* purpose = "";
  bool many = false;  // it may be repeated
};

struct Command {
  const char* name;     // "keep"; of several words, "setup sql"
  const char* purpose;  // a line of the overview
  Word word = {};
  std::vector<Flag> flags = {};
  bool takes_connection = false;           // --host, --port, --user, --dbname
  bool takes_options = false;              // the plugin's, as the plugin lists them
  bool runs_program = false;               // all after its own options, or after "--"
  const char* notes = "";                  // closes its help
  int (*run)(const Arguments& arguments);  // → exit status; may throw what report.h reports
};

extern const Word kConninfo;

std::vector<Command> all_commands();

}  // namespace pgiam::cli
