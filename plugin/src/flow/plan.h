// What is to be done for one connection, decided before anything is fetched: a value of one of four
// kinds. Making one changes nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "clouds/cloud.h"
#include "clouds/options.h"
#include "flow/aliases.h"
#include "flow/attempt/keywords.h"
#include "flow/dial.h"
#include "flow/handed_out.h"
#include "flow/request.h"
#include "flow/rules.h"
#include "flow/server_check.h"

namespace pgiam {

// The host connects as if we were absent.
struct NotOurs {
  std::string complaint;        // what the log should tell once, "" where all is well
  bool password_given = false;  // an endpoint's it is, but the user's own password wins
};

// Ours, but it cannot be done.
struct Refused {
  Error error;
  const Cloud* cloud = nullptr;  // whose target it is, where one is known
  Target target = {};
};

// A file of the user's own that holds the password: what `password_file` and `pgpass` name.
struct PasswordSource {
  const Option* option = nullptr;
  std::string path;
};
struct PasswordFromFile {
  PasswordSource source;
  // Beside the password, for a token and for another one. An error: it cannot be done.
  Result<KeywordSettings> settings_of_token, settings;
};

struct AskCloud {
  const Cloud* cloud = nullptr;
  Target target;  // without a name where only the secret is wanted
  SecretSource source;
  Dial dial;
  Result<KeywordSettings> settings;  // beside the password. An error: it cannot be done
  Seconds reuse{0};
  std::string password_key;  // connections with the same one may get the same password
  // A password that the user gave, and that is one of this cloud's: it is their own word, unless it
  // was made of the secret that would be used here. Null where none was given.
  std::shared_ptr<const Secret> given;
  // Whether it is. `secret`: null where none was to be had.
  bool users_token_wins(const KeptSecret* secret) const;
};

struct Plan {
  // Who connects to where, as the request has it.
  std::string host, user, database;
  std::uint16_t port = 0;
  KeywordSettings given;  // what a command has to name beside these for the same connection
  Settings settings;
  std::string rule;             // its name, or ""
  std::string rule_file;        // "" if there is none
  SaidBy said_by = SaidBy::kName;  // which endpoint it is
  std::string reason;           // one sentence: why ours, or why not
  std::vector<Error> warnings;  // what a person should know although it works
  std::string warning_lines;    // the same, a line each
  ServerCa ca;                  // what the server is verified with
  Milliseconds timeout{0};
  std::optional<LogLevel> log_level;  // that the configuration file wants
  std::variant<NotOurs, Refused, PasswordFromFile, AskCloud> kind;

  template <typename Kind>
  const Kind* as() const {
    return std::get_if<Kind>(&kind);
  }
  // Null where there is none; the target then is without a name.
  const Cloud* cloud() const;
  const Target& target() const;
};

// Why a connection with somebody else's token is not ours.
std::string users_token_reason();

class Planner {
 public:
  Planner(const World& world, std::span<const OptionValue> context_options,
          std::vector<std::unique_ptr<Cloud>> clouds, const HandedOutPasswords& handed_out)
      : world_(world),
        rules_(world),
        aliases_(world),
        context_options_(context_options),
        handed_out_(handed_out),
        clouds_(std::move(clouds)) {}

  // May ask DNS for aliases, where `may_resolve`. Fails only where the settings themselves are
  // wrong, or the call is over.
  Result<Plan> make(const Request& request, const Call& call, bool may_resolve = true) const;
  // For a secret itself, of whoever's connection: there is a source, but no target.
  Result<Plan> make_for_credentials(const Request& request, const Call& call) const;

  // Is this text a password that a cloud made, fresh or stale, and when does it say that it ends?
  bool is_password_of_ours(std::string_view text) const;
  std::optional<Time> end_of(std::string_view text) const;

  // What a token will ask of this connection, as far as the settings tell before there is one. An
  // error: it may not be sent.
  Result<KeywordSettings> settings_of_token(const Request& request, const Call& call) const;

  // What the option timeout_ms says, but for the rules, which take time to read.
  Milliseconds time_without_rules(const Request& request) const;

  const std::vector<std::unique_ptr<Cloud>>& clouds() const { return clouds_; }

 private:
  struct Recognised {
    const Cloud* cloud;
    Target target;
  };
  // What the client would send without us.
  struct GivenPassword {
    enum class Kind { kNone, kUsers, kToken };  // kToken: made by whom, the secret will tell
    Kind kind = Kind::kNone;
    Secret text;
  };
  Result<Plan> decide(const Request& request, const Call& call, bool may_resolve) const;
  Result<Plan> begin(const Request& request, const RuleFile& file) const;
  Result<Plan> make_without_rules(const Request& request, Error why) const;
  std::optional<Recognised> recognise(const Request& request, Plan& plan) const;
  std::optional<Recognised> recognise_name(const std::string& host, std::uint16_t port,
                                           const Settings& settings) const;
  std::optional<Recognised> recognise_alias(const Request& request, const Call& call,
                                            bool may_resolve, Plan& plan) const;
  std::optional<Error> why_no_name(std::string_view host, const std::string& key,
                                   const Settings& settings) const;
  Result<std::optional<PasswordSource>> choose_file(const Settings& settings) const;
  // Of whoever the server is by its name; the target has the facts that the name tells.
  Result<ServerCa> choose_ca_by_name(const Request& request, const Settings& settings,
                                     bool may_be_installed, const Call& call,
                                     std::vector<Error>& warnings) const;
  void plan_file(PasswordSource source, const Request& request, const Call& call,
                 Plan& plan) const;
  void plan_cloud(Recognised found, const Request& request, const Call& call, bool may_resolve,
                  Plan& plan) const;
  GivenPassword given_password(const Request& request, const Settings& settings,
                               const Call& call) const;

  const World& world_;
  const Rules rules_;
  const Aliases aliases_;
  const std::span<const OptionValue> context_options_;
  const HandedOutPasswords& handed_out_;
  const std::vector<std::unique_ptr<Cloud>> clouds_;
};

}  // namespace pgiam
