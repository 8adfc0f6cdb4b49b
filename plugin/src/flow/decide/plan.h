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
#include "flow/attempt/keywords.h"
#include "flow/decide/dial.h"
#include "flow/decide/rules.h"
#include "flow/decide/server_check.h"
#include "flow/request.h"

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

// Why a connection with somebody else's token is not ours.
inline constexpr const char* kUsersTokenReason =
    "a token was given that was not made here and has not expired (force = yes would replace it)";

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
  std::string rule;                // its name, or ""
  std::string rule_file;           // "" if there is none
  SaidBy said_by = SaidBy::kName;  // which endpoint it is
  std::string reason;              // one sentence: why ours, or why not
  std::vector<Error> warnings;     // what a person should know although it works
  std::string warning_lines;       // the same, a line each
  ServerCa ca;                     // what the server is verified with
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

}  // namespace pgiam
