// The only file that sees CLI11, which compiles slowly.
#include "command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "pgiam.hpp"
#include "report.h"
#include "spelling.h"

namespace pgiam::cli {
namespace {

std::string first_words(const std::vector<std::string>& line, std::size_t count) {
  std::string words;
  for (std::size_t i = 0; i < std::min(count, line.size()); ++i)
    words += (i > 0 ? " " : "") + line[i];
  return words;
}

struct ConnectionFlag {
  const char* names;
  const char* keyword;
  const char* value;
  const char* purpose;
};

// With the short forms that psql has.
constexpr ConnectionFlag kConnectionFlags[] = {
    {"-h,--host", "host", "HOST", "the server that the client dials"},
    {"-p,--port", "port", "PORT", "its port"},
    {"-U,--user,--username", "user", "NAME", "the database user"},
    {"-d,--dbname", "dbname", "NAME", "the database"},
};

std::string with_dashes(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

std::string_view without_dashes(std::string_view name) {
  while (name.starts_with('-')) name.remove_prefix(1);
  return name;
}

std::string value_name(const pgiam_option_info& option) {
  const std::string type = option.type;
  if (type == "int") return "N";
  if (type == "path") return "FILE";
  return type == "text" ? "TEXT" : type;
}

std::string purpose_of(const pgiam_option_info& option) {
  std::string text = option.label;
  if (*option.default_value) text += std::string(" [") + option.default_value + "]";
  return option.env ? text + "; " + option.env : text;
}

// A command line in CLI11's terms, and where each option's value goes.
class Parser {
 public:
  explicit Parser(const Command& command)
      : command_(command), app_(command.purpose, std::string("pgiam ") + command.name) {
    app_.set_help_flag(command.takes_connection ? "--help" : "-h,--help", "this text");
    app_.allow_extras();
    app_.prefix_command(command.runs_program);
    app_.footer(command.notes);
    if (command.word.name) add_word(command.word);
    for (const Flag& flag : command.flags) add_flag(flag);
    if (command.takes_connection) add_connection_flags();
    if (command.takes_options) add_plugin_options();
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  Arguments parse(std::vector<std::string> line) {
    refuse_empty_values(line);
    std::reverse(line.begin(), line.end());  // as CLI11 wants it
    Arguments arguments;
    try {
      app_.parse(line);
    } catch (const CLI::CallForHelp&) {
      arguments.help = true;
      return arguments;
    } catch (const CLI::ParseError& error) {
      fail(error.what());
    }
    for (const auto& [option, keep] : known_) {
      if (option->count() > 0) keep(arguments, option->results());
    }
    arguments.program = take_the_rest();
    return arguments;
  }

  std::string help() const {
    constexpr std::string_view kOptions = "[OPTIONS]";
    std::string text = app_.help();
    if (command_.runs_program)
      text.insert(text.find(kOptions) + kOptions.size(), " -- PROGRAM [ARGUMENT …]");
    return text;
  }

 private:
  using Values = std::vector<std::string>;
  using Keep = std::function<void(Arguments&, const Values&)>;

  void add_word(const Word& word) {
    const std::string purpose = word.purpose;
    CLI::Option* option = app_.add_option(word.name, purpose)->type_name("");
    if (word.many) option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
    known_.emplace_back(option, [](Arguments& to, const Values& values) { to.words = values; });
  }

  void add_flag(const Flag& flag) {
    CLI::Option* option = add("--" + std::string(flag.name), flag.value ? flag.value : "",
                              flag.purpose,
                              [name = flag.name](Arguments& to, const Values& values) {
                                to.flags[name] = values;
                              });
    if (flag.many) option->take_all();
  }

  void add_connection_flags() {
    for (const ConnectionFlag& flag : kConnectionFlags) {
      add(flag.names, flag.value, flag.purpose,
          [keyword = flag.keyword](Arguments& to, const Values& values) {
            to.keywords.emplace_back(keyword, values.back());
          })
          ->group("Connection");
    }
  }

  void add_plugin_options() {
    for (const pgiam_option_info& info : options()) {
      if (is_own_flag(with_dashes(info.key))) continue;
      const bool is_switch = std::string_view(info.type) == "bool";
      add(with_dashes(info.key), is_switch ? "" : value_name(info), purpose_of(info),
          [key = info.key](Arguments& to, const Values& values) {
            to.options.emplace_back(key, values.back());
          })
          ->group("Options, and the variables that set them too");
    }
  }

  bool is_own_flag(std::string_view name) const {
    return std::any_of(command_.flags.begin(), command_.flags.end(),
                       [&](const Flag& flag) { return without_dashes(name) == flag.name; });
  }

  // value_name "": a switch. Of several the last one counts, as in psql.
  CLI::Option* add(const std::string& names, const std::string& value_name,
                   const std::string& purpose, Keep keep) {
    CLI::Option* option = value_name.empty()
                              ? app_.add_flag(names, purpose)
                              : app_.add_option(names, purpose)->type_name(value_name);
    known_.emplace_back(option->take_last(), std::move(keep));
    return option;
  }

  // CLI11 would take the next word for the value of "--region=".
  void refuse_empty_values(const Values& line) const {
    const auto marker = std::find(line.begin(), line.end(), "--");
    if (command_.runs_program && marker == line.end()) return;
    for (auto word = line.begin(); word != marker; ++word) {
      if (word->starts_with("--") && word->find('=') == word->size() - 1)
        fail(*word + " has no value");
    }
  }

  // All that is no option of ours: the program to run, or a mistake.
  Values take_the_rest() const {
    Values rest = app_.remaining();
    if (rest.empty()) return rest;
    if (rest.front() == "--") {
      rest.erase(rest.begin());
    } else if (rest.front().starts_with('-')) {
      fail_unknown(rest.front());
    }
    if (!command_.runs_program && !rest.empty()) fail("one argument too many: " + rest.front());
    return rest;
  }

  [[noreturn]] void fail_unknown(const std::string& typed) const {
    const std::string name = typed.substr(0, typed.find('='));
    Values known;
    for (const CLI::Option* option : app_.get_options())
      known.insert(known.end(), option->get_lnames().begin(), option->get_lnames().end());
    const std::string near = nearest(without_dashes(name), known);
    throw UsageError("there is no option " + name,
                     near.empty() ? see_help() : "did you mean --" + near + "?");
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw UsageError(message, see_help());
  }
  std::string see_help() const { return std::string("pgiam help ") + command_.name; }

  const Command& command_;
  CLI::App app_;
  std::vector<std::pair<CLI::Option*, Keep>> known_;
};

}  // namespace

Chosen find_command(const std::vector<Command>& commands, const std::vector<std::string>& line) {
  std::vector<std::string> known;
  std::string begun;  // of "setup" alone: what it may go on with
  for (const Command& command : commands) {
    const std::string name = command.name;
    const auto size = static_cast<std::size_t>(1 + std::count(name.begin(), name.end(), ' '));
    if (first_words(line, size) == name) return {command, size};
    if (name.starts_with(line.front() + " ")) begun += (begun.empty() ? "pgiam " : ", pgiam ") + name;
    known.push_back(name);
  }
  const std::string typed = first_words(line, begun.empty() ? 1 : 2);
  const bool is_begun = !begun.empty() && typed == line.front();
  if (is_begun) throw UsageError("\"" + typed + "\" is not the whole command", begun);
  const std::string near = nearest(typed, known);
  const std::string hint = near.empty() ? "pgiam help" : "did you mean: pgiam " + near + "?";
  throw UsageError("there is no command \"" + typed + "\"", begun.empty() ? hint : begun);
}

Arguments parse(const Command& command, std::vector<std::string> line) {
  return Parser(command).parse(std::move(line));
}

std::string help_of(const Command& command) { return Parser(command).help(); }

}  // namespace pgiam::cli
