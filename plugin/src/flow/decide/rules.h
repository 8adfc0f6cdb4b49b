// The configuration file, and which of its settings hold for a connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "flow/request.h"
#include "ports/world.h"

namespace pgiam {

struct Assignment {
  const Option* option;
  std::string value;
  std::string where;  // "/etc/pgiam.conf:7"
};

struct Rule {
  std::string name;
  std::string host, port, user, dbname;  // shell globs; "" fits all
  std::vector<Assignment> assignments;
};

struct RuleFile {
  std::string path;  // "" if there is none
  std::vector<Assignment> defaults;
  std::vector<Rule> rules;

  // The first that fits, or null.
  const Rule* find(const Request& request) const;
};

// INI as pg_service.conf has it: "key = value", comments on lines of their own.
Result<RuleFile> parse_rule_file(std::string_view text, const std::string& path);

// $PGIAM_CONFIG, else the person's own, else /etc/pgiam.conf; read again when it changes.
class Rules {
 public:
  explicit Rules(const World& world) : world_(world) {}
  Result<std::shared_ptr<const RuleFile>> read(const Call& call) const;

 private:
  Result<std::string> find_file() const;

  const World& world_;
  mutable std::shared_ptr<const RuleFile> last_;  // with last_stamp_, under the state lock
  mutable FileStamp last_stamp_;
};

// All settings for one connection, nearest first: the call, the context, the environment, the
// rule, the file's defaults.
Result<Settings> resolve_settings(const Request& request, std::span<const OptionValue> context,
                                  const Environment& environment, const RuleFile& file,
                                  const Rule* rule);

}  // namespace pgiam
