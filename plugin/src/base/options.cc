#include "base/options.h"

#include <iterator>

#include "base/spelling.h"
#include "base/text.h"

namespace pgiam {
namespace {

constexpr OptionInfo kOptions[] = {
    {"profile", "text", "", "PGIAM_PROFILE", "AWS profile"},
    {"region", "text", "", "PGIAM_REGION", "AWS region"},
    {"signing_host", "text", "", "PGIAM_SIGNING_HOST", "Endpoint to sign for"},
    {"signing_port", "int", "", "PGIAM_SIGNING_PORT", "Port to sign for", 1, 65535},
    {"target", "auto|rds|dsql|off", "auto", "PGIAM_TARGET", "Kind of endpoint"},
    {"force", "bool", "no", "PGIAM_FORCE", "Use a token even where a password is given"},
    {"role_arn", "text", "", "PGIAM_ROLE_ARN", "Role to assume"},
    {"external_id", "text", "", "PGIAM_EXTERNAL_ID", "External ID for the role"},
    {"role_session_name", "text", "", "PGIAM_ROLE_SESSION_NAME", "Session name for the role"},
    {"duration_seconds", "int", "", "PGIAM_DURATION_SECONDS", "Lifetime of the role's session (s)"},
    {"mfa_serial", "text", "", "PGIAM_MFA_SERIAL", "MFA device for the role"},
    {"tls", "require|verify-full|off", "require", "PGIAM_TLS", "TLS that a token needs"},
    {"sslrootcert", "path", "", "PGIAM_SSLROOTCERT", "CA bundle for the server's certificate"},
    {"timeout_ms", "int", "10000", "PGIAM_TIMEOUT_MS", "Limit for getting a password (ms)"},
    {"reuse_seconds", "int", "60", "PGIAM_REUSE_SECONDS", "Give the same token again for (s)"},
    {"cache", "shared|memory|none", "shared", "PGIAM_CACHE", "Where credentials are kept"},
    {"log", "off|error|warn|info|debug", "", "PGIAM_LOG", "Log level"},
    {"password_file", "path", "", "PGIAM_PASSWORD_FILE", "File that holds the password"},
    {"pgpass", "path", "", "PGIAM_PGPASS", "libpq password file"},
};
static_assert(std::size(kOptions) == static_cast<std::size_t>(Option::kCount));

std::string nearest_key(std::string_view key) {
  std::string_view best;
  std::size_t best_distance = key.size() / 2 + 2;
  for (const OptionInfo& option : kOptions) {
    const std::size_t distance = edit_distance(key, option.key);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = option.key;
  }
  return std::string(best);
}

bool is_one_of(std::string_view value, std::string_view choices) {
  for (std::string_view choice : split(choices, '|'))
    if (value == choice) return true;
  return false;
}

// Why the value does not fit, or "".
std::string complaint(const OptionInfo& option, std::string_view value) {
  const std::string_view type = option.type;
  if (type == "bool") return parse_bool(value) ? "" : "yes or no";
  if (type == "int") {
    const auto number = parse_integer(value);
    if (number && *number >= option.least && *number <= option.most) return "";
    return "a whole number from " + std::to_string(option.least) + " to " +
           std::to_string(option.most);
  }
  if (type.find('|') == std::string_view::npos || is_one_of(value, type)) return "";
  const auto choices = split(type, '|');
  return join_words({choices.begin(), choices.end()}, " or ");
}

std::string at(std::string_view where) {
  return where.empty() ? std::string() : std::string(where) + ": ";
}

}  // namespace

std::span<const OptionInfo> option_table() { return kOptions; }

const OptionInfo& info_of(Option option) { return kOptions[static_cast<std::size_t>(option)]; }

Result<Option> find_option(std::string_view key, std::string_view where) {
  for (std::size_t i = 0; i < std::size(kOptions); ++i)
    if (key == kOptions[i].key) return static_cast<Option>(i);
  Error error = make_error(Status::kUnsupported,
                           at(where) + "there is no option \"" + std::string(key) + "\"");
  if (const std::string near = nearest_key(key); !near.empty())
    error.hint = "did you mean \"" + near + "\"?";
  else
    error.hint = "pgiam help lists the options";
  return error;
}

std::string_view origin_name(Origin origin) {
  switch (origin) {
    case Origin::kDefault:
      return "default";
    case Origin::kFileDefaults:
      return "configuration file";
    case Origin::kRule:
      return "rule";
    case Origin::kEnvironment:
      return "environment";
    case Origin::kContext:
    case Origin::kCall:
      return "option";
  }
  return "";
}

Result<void> Settings::set(Option option, std::string_view value, Origin origin,
                           std::string_view where) {
  if (value.empty()) return {};
  const OptionInfo& info = info_of(option);
  if (const std::string wanted = complaint(info, value); !wanted.empty())
    return make_error(Status::kBadConfig,
                      at(where) + info.key + " = \"" + std::string(value) + "\" is not " + wanted);
  Slot& slot = slots_[static_cast<std::size_t>(option)];
  if (slot.value && slot.origin > origin) return {};
  slot = {std::string(value), origin};
  return {};
}

std::string_view Settings::get(Option option) const {
  const Slot& found = slot(option);
  return found.value ? std::string_view(*found.value) : info_of(option).default_value;
}

long long Settings::get_int(Option option) const { return parse_integer(get(option)).value_or(0); }

bool Settings::get_bool(Option option) const { return parse_bool(get(option)).value_or(false); }

}  // namespace pgiam
