#include "flow/attempt/keywords.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "flow/attempt/sslmode.h"

namespace pgiam {
namespace {

constexpr std::string_view kAppliedSince1_0[] = {"password", "sslmode", "sslrootcert"};

Error coded(const char* code, Status status, std::string message, std::string hint) {
  Error error = make_error(status, std::move(message), std::move(hint));
  error.code = code;
  return error;
}

Error cannot_apply(const KeywordSetting& setting) {
  const std::string text = setting.key + "=" + setting.value;
  const bool is_tls = setting.key == "sslmode" || setting.key == "gssencmode";
  Error error = coded("keyword_not_applied", is_tls ? Status::kInsecure : Status::kUnsupported,
                      "this connection needs " + text + ", which cannot be set from here",
                      "set it yourself: " + text);
  error.commands = {text};
  return error;
}

// libpq's list of the methods that it may be asked for, or with '!' of those that it may not.
bool forbids_password(std::string_view require_auth) {
  if (require_auth.empty()) return false;
  const bool forbids = require_auth.front() == '!';
  for (std::string_view method : split(require_auth, ','))
    if (method == (forbids ? "!password" : "password")) return forbids;
  return !forbids;
}

// A token is a password in clear text, which not every connection takes.
std::optional<Error> why_no_token(const Request& request, bool in_tls) {
  if (in_tls && value_of(request.keywords, "gssencmode") == "require")
    return coded("gssencmode_required", Status::kInsecure,
                 "gssencmode=require would send the token without TLS",
                 "leave it out (tls = off takes the risk)");
  if (value_of(request.keywords, "channel_binding") == "require")
    return coded("channel_binding_required", Status::kInsecure,
                 "channel_binding=require rules the token out: servers take it as a password in "
                 "clear text, inside TLS but not bound to it",
                 "leave channel_binding out; sslmode=verify-full makes sure of the server");
  const std::string_view methods = value_of(request.keywords, "require_auth");
  if (forbids_password(methods))
    return coded("require_auth_forbids_password", Status::kInsecure,
                 "require_auth=" + std::string(methods) +
                     " rules the token out: servers ask for it as a password in clear text",
                 "leave require_auth out, or say require_auth=password");
  return std::nullopt;
}

// Kerberos goes before TLS in libpq, whatever sslmode says. A client that cannot be told has no such
// thing, unless its user speaks of it.
bool has_to_disable_gss(const Request& request, bool in_tls) {
  if (!in_tls) return false;
  const std::string_view mode = value_of(request.keywords, "gssencmode");
  if (mode == "prefer") return true;
  return mode.empty() && can_be_applied(request.can_apply, "gssencmode");
}

bool can_be_dialled(const Dial& dial, std::string_view can_apply) {
  return !dial.is_elsewhere() ||
         (can_be_applied(can_apply, "host") &&
          (dial.hostaddr.empty() || can_be_applied(can_apply, "hostaddr")));
}

}  // namespace

bool can_be_applied(std::string_view can_apply, std::string_view keyword) {
  if (can_apply.empty())
    return std::find(std::begin(kAppliedSince1_0), std::end(kAppliedSince1_0), keyword) !=
           std::end(kAppliedSince1_0);
  if (trim(can_apply) == "*") return true;
  for (std::string_view word : split(can_apply, ','))
    if (trim(word) == keyword) return true;
  return false;
}

std::string_view value_of(const std::vector<OptionValue>& keywords, std::string_view keyword) {
  const auto found = std::find_if(keywords.rbegin(), keywords.rend(),
                                  [&](const OptionValue& pair) { return pair.first == keyword; });
  return found == keywords.rend() ? std::string_view() : found->second;
}

const std::string* value_of(const KeywordSettings& settings, std::string_view keyword) {
  for (const KeywordSetting& setting : settings)
    if (setting.key == keyword) return &setting.value;
  return nullptr;
}

Result<KeywordSettings> settings_for(const Request& request, const PasswordDemands& demands) {
  const std::string_view sslmode = demands.sslmode.empty() ? request.sslmode : demands.sslmode;
  const bool in_tls = demands_tls(sslmode);
  if (demands.is_token)
    if (auto why_not = why_no_token(request, in_tls)) return std::move(*why_not);

  if (demands.dial && !can_be_dialled(*demands.dial, request.can_apply))
    return cannot_dial(request, *demands.dial, std::string(demands.rule_file));

  KeywordSettings settings;
  const auto set = [&](std::string_view key, std::string_view value) {
    settings.push_back({std::string(key), std::string(value)});
  };
  if (!demands.sslmode.empty()) set("sslmode", demands.sslmode);
  if (!demands.sslrootcert.empty()) set("sslrootcert", demands.sslrootcert);
  if (demands.is_token && has_to_disable_gss(request, in_tls)) set("gssencmode", "disable");
  if (demands.dial && demands.dial->is_elsewhere()) set("host", demands.dial->host);
  if (demands.dial && !demands.dial->hostaddr.empty()) set("hostaddr", demands.dial->hostaddr);

  for (const KeywordSetting& setting : settings)
    if (!can_be_applied(request.can_apply, setting.key)) return cannot_apply(setting);
  return settings;
}

KeywordSettings merge(const std::vector<const KeywordSettings*>& of_hosts) {
  KeywordSettings merged;
  for (const KeywordSettings* settings : of_hosts) {
    for (const KeywordSetting& setting : *settings) {
      if (setting.key == "host" || setting.key == "hostaddr") continue;
      const auto same = [&](const KeywordSetting& other) { return other.key == setting.key; };
      const auto earlier = std::find_if(merged.begin(), merged.end(), same);
      if (earlier == merged.end())
        merged.push_back(setting);
      else if (setting.key == "sslmode" && strictness(setting.value) > strictness(earlier->value))
        earlier->value = setting.value;
    }
  }
  return merged;
}

}  // namespace pgiam
