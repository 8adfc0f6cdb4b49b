#include "flow/decide/rules.h"

#include "base/configuration_files.h"
#include "base/glob.h"
#include "base/state_lock.h"
#include "base/text.h"
#include "clouds/options.h"

namespace pgiam {
namespace {

// A pattern for a rule's match key, or null if the key is none.
std::string* match_key(Rule& rule, std::string_view key) {
  if (key == "host") return &rule.host;
  if (key == "port") return &rule.port;
  if (key == "user") return &rule.user;
  if (key == "dbname") return &rule.dbname;
  return nullptr;
}

bool fits(const std::string& pattern, const std::string& text) {
  return pattern.empty() || matches_glob(pattern, text);
}

Error malformed(const std::string& where, std::string_view what) {
  return make_error(Status::kBadConfig, where + ": " + std::string(what),
                    "see: man pgiam.conf, or the example in the README");
}

// "[connection orders over the tunnel]" → "orders over the tunnel"
std::optional<std::string> connection_name(std::string_view header) {
  constexpr std::string_view kWord = "connection";
  if (!header.starts_with(kWord)) return std::nullopt;
  const std::string_view name = header.substr(kWord.size());
  if (name.empty() || (name[0] != ' ' && name[0] != '\t')) return std::nullopt;
  return std::string(trim(name));
}

Result<void> parse_assignment(std::string_view line, const std::string& where, Rule* rule,
                              std::vector<Assignment>& assignments) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return malformed(where, "a setting needs a '='");
  const std::string key(trim(line.substr(0, equals)));
  std::string value(trim(line.substr(equals + 1)));
  if (rule != nullptr) {
    if (std::string* pattern = match_key(*rule, key)) {
      *pattern = key == "host" ? to_lower(value) : value;
      return {};
    }
  }
  const auto option = find_option(key, where);
  if (!option) {
    Error error = option.error();
    error.status = Status::kBadConfig;
    return error;
  }
  Settings checked;
  if (auto valid = checked.set(**option, value, Origin::kRule, where); !valid) return valid.error();
  assignments.push_back({*option, std::move(value), where});
  return {};
}

// Whether it says of a host what its name does not: that a token goes there.
bool makes_endpoint(const Assignment& assignment) {
  if (assignment.option == &kSigningHostOption) return !assignment.value.empty();
  if (assignment.option != &kTargetOption) return false;
  return !assignment.value.empty() && assignment.value != "auto" && assignment.value != "off";
}

// Whether a pattern says more than that there is a name: something of it outside of a choice.
bool names_hosts(std::string_view pattern) {
  bool in_choice = false;
  for (const char c : pattern) {
    if (c == '[' || c == ']') in_choice = c == '[';
    if (!in_choice && std::string_view("*?.-]").find(c) == std::string_view::npos) return true;
  }
  return false;
}

Error holds_everywhere(const Assignment& assignment, const std::string& what, std::string hint) {
  Error error = make_error(Status::kBadConfig,
                           assignment.where + ": " + assignment.option->key + " " + what +
                               " would hold for every host there is, and send each a token",
                           std::move(hint));
  error.code = "rule_without_host";
  return error;
}

// A token goes where somebody said that it goes, by name.
Result<void> check_reach(const RuleFile& file) {
  for (const Assignment& assignment : file.defaults)
    if (makes_endpoint(assignment))
      return holds_everywhere(assignment, "in [defaults]",
                              "write it into a rule with a host: [connection NAME], host = HOST");
  for (const Rule& rule : file.rules) {
    if (names_hosts(rule.host)) continue;
    for (const Assignment& assignment : rule.assignments)
      if (makes_endpoint(assignment))
        return holds_everywhere(assignment,
                                "of [connection " + rule.name + "], which names no host,",
                                "add the name that is dialled: host = HOST");
  }
  return {};
}

}  // namespace

const Rule* RuleFile::find(const Request& request) const {
  if (rules.empty()) return nullptr;
  const std::string host = to_lower(request.host), user(request.user), database(request.database),
                    port = std::to_string(request.port == 0 ? kPostgresPort : request.port);
  for (const Rule& rule : rules)
    if (fits(rule.host, host) && fits(rule.port, port) && fits(rule.user, user) &&
        fits(rule.dbname, database))
      return &rule;
  return nullptr;
}

Result<RuleFile> parse_rule_file(std::string_view text, const std::string& path) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // some editors begin a file with it
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  RuleFile file;
  file.path = path;
  bool in_defaults = false;
  int number = 0;
  for (std::string_view line : split(text, '\n')) {
    const std::string where = path + ":" + std::to_string(++number);
    line = trim(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      if (line.back() != ']') return malformed(where, "a section must end with ']'");
      const std::string_view header = trim(line.substr(1, line.size() - 2));
      in_defaults = header == "defaults";
      if (in_defaults) continue;
      auto name = connection_name(header);
      if (!name || name->empty())
        return malformed(where, "sections are [defaults] and [connection NAME]");
      file.rules.emplace_back().name = *name;
      continue;
    }
    if (!in_defaults && file.rules.empty())
      return malformed(where, "a setting stands before the first section");
    Rule* rule = in_defaults ? nullptr : &file.rules.back();
    auto& assignments = in_defaults ? file.defaults : rule->assignments;
    if (auto parsed = parse_assignment(line, where, rule, assignments); !parsed)
      return parsed.error();
  }
  if (auto checked = check_reach(file); !checked) return checked.error();
  return file;
}

Result<std::string> Rules::find_file() const {
  const Environment& environment = world_.environment;
  const auto variable = [&](const char* name) {
    return environment.get_nonblank(name).value_or("");
  };
  const auto home = [&] { return environment.home().value_or(""); };
  for (const std::string& file : configuration_files(variable, home))
    if (world_.files.stamp(file).exists) return file;
  const std::string named = variable(kConfigurationVariable);
  if (named.empty()) return std::string();
  const std::string who = kConfigurationVariable;
  return make_error(Status::kBadConfig, who + " names " + named + ", and there is no such file",
                    "create it, or unset " + who);
}

Result<std::shared_ptr<const RuleFile>> Rules::read(const Call& call) const {
  const auto path = find_file();
  if (!path) return path.error();
  const FileStamp stamp = path->empty() ? FileStamp{} : world_.files.stamp(*path);
  {
    const StateLock lock;
    if (last_ && last_->path == *path && last_stamp_ == stamp) return last_;
  }
  RuleFile file;
  if (!path->empty()) {
    const auto text = world_.files.read_trusted(*path, call);
    if (!text) return text.error();
    auto parsed = parse_rule_file(*text, *path);
    if (!parsed) return parsed.error();
    file = std::move(*parsed);
  }
  const auto read = std::make_shared<const RuleFile>(std::move(file));
  auto kept = stamp.is_fresh(world_.clock.now()) ? nullptr : read;  // the old one goes after the lock
  const StateLock lock;
  last_.swap(kept);
  last_stamp_ = stamp;
  return read;
}

Result<Settings> resolve_settings(const Request& request, std::span<const OptionValue> context,
                                  const Environment& environment, const RuleFile& file,
                                  const Rule* rule) {
  Settings settings;
  for (const Assignment& a : file.defaults)
    if (auto set = settings.set(*a.option, a.value, Origin::kFileDefaults, a.where); !set)
      return set.error();
  if (rule != nullptr)
    for (const Assignment& a : rule->assignments)
      if (auto set = settings.set(*a.option, a.value, Origin::kRule, a.where); !set)
        return set.error();
  for (const Option* option : all_options()) {
    const auto value = environment.get_nonblank(option->env);
    if (!value) continue;
    if (auto set = settings.set(*option, trim(*value), Origin::kEnvironment, option->env); !set)
      return set.error();
  }
  for (auto [options, origin] :
       {std::pair{context, Origin::kContext},
        std::pair{std::span<const OptionValue>(request.options), Origin::kCall}}) {
    for (const auto& [key, value] : options) {
      const auto option = find_option(key, "");
      if (!option) return option.error();
      if (auto set = settings.set(**option, value, origin, ""); !set) return set.error();
    }
  }
  return settings;
}

}  // namespace pgiam
