// libpq's keywords: what a password needs of them, given what the user said and what the client can
// still apply.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/decide/dial.h"
#include "flow/request.h"

namespace pgiam {

// Of an endpoint that gets no token since the user gave a password: the code, and what to do.
inline constexpr const char* kPasswordGiven = "password_given";
inline constexpr const char* kLeavePasswordOut =
    "leave the password out, or let the token win: PGIAM_FORCE=yes";

struct KeywordSetting {
  std::string key, value;
  bool operator==(const KeywordSetting&) const = default;
};
using KeywordSettings = std::vector<KeywordSetting>;

// "password,sslmode", or "*" for all. "": what clients of ABI 1.0 and 1.1 apply.
bool can_be_applied(std::string_view can_apply, std::string_view keyword);

// "" where the user said nothing.
std::string_view value_of(const std::vector<OptionValue>& keywords, std::string_view keyword);
const std::string* value_of(const KeywordSettings& settings, std::string_view keyword);

// What a password demands of the connection that it is sent over.
struct PasswordDemands {
  bool is_token = true;         // in clear text, and not a user's own, who may know better
  std::string_view sslmode;     // "": the user's own will do
  std::string_view sslrootcert;  // "": none, or the client's own will do
  const Dial* dial = nullptr;    // null: to the host that the user wrote
  std::string_view rule_file = {};
};

// What has to be set beside the password. An error where the user's keywords rule the password out,
// and where the client cannot apply what has to be set: it names what to set by hand.
Result<KeywordSettings> settings_for(const Request& request, const PasswordDemands& demands);

// For one connection to several hosts: of several sslmodes the strictest, of all else the first; without
// host and hostaddr, of which each has its own.
KeywordSettings merge(const std::vector<const KeywordSettings*>& of_hosts);

}  // namespace pgiam
