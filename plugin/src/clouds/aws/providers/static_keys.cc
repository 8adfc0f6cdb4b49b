// aws_access_key_id, aws_secret_access_key and aws_session_token of a profile, and what other tools
// write beside them.
#include "base/shell.h"
#include "base/text.h"
#include "clouds/aws/profile_source.h"

namespace pgiam::aws {
namespace {

constexpr std::string_view kId = "aws_access_key_id", kSecret = "aws_secret_access_key";

Error half(const ProfileView& view, std::string_view set, std::string_view missing) {
  return with_commands(
      make_error(Status::kBadConfig, view.section.find(set)->second.where + ": profile \"" +
                                         view.name + "\" has " + std::string(set) + ", but no " +
                                         std::string(missing)),
      {"aws configure --profile " + shell_word(view.name)});
}

// The first of `names` that is set.
const Property* first_of(const Section& section, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = section.find(name);
    if (found != section.end() && !found->second.value.empty()) return &found->second;
  }
  return nullptr;
}

Error lacks_session_token(const ProfileView& view) {
  return make_error(Status::kBadConfig,
                    view.section.find(kId)->second.where + ": the key " +
                        mask(property(view.section, kId)) + " of profile \"" + view.name +
                        "\" is a temporary one, and has no aws_session_token beside it",
                    "copy the session token along with the key");
}

// Written by saml2aws, Granted and others beside temporary keys.
std::optional<Time> expiry(const ProfileView& view) {
  const Property* told =
      first_of(view.section, {"aws_credential_expiration", "x_security_token_expires"});
  if (told == nullptr) return std::nullopt;
  const auto time = parse_rfc3339(told->value.reveal());
  if (!time)
    view.context.world.log.write(LogLevel::kWarn, "aws",
                                 told->where + ": this is no time, so that nobody knows when the "
                                               "key ends; write it as 2026-01-31T12:00:00Z");
  return time;
}

}  // namespace

void warn_of_odd_keys(Log& log, const Credentials& credentials, const std::string& id,
                      const std::string& secret) {
  const auto warn = [&](const std::string& of_what, const char* how) {
    log.write(LogLevel::kWarn, "aws", of_what + how);
  };
  const auto look_at = [&](const std::string& name, std::string_view value) {
    if (value.starts_with('"') || value.starts_with('\''))
      warn(name, " stands in quotes, which are taken as part of it");
    else if (value.find_first_of(kBlanks) != std::string_view::npos)
      warn(name, " has blanks in it");
  };
  look_at(id, credentials.access_key_id);
  look_at(secret, credentials.secret_access_key.reveal());
  if (credentials.access_key_id.starts_with("AKIA") && !credentials.session_token.empty())
    warn(id, " is a long-term key, and the session token beside it a stale one");
}

Result<CredentialsPtr> load_static_keys(const ProfileView& view, const Call& call, Trace&) {
  const std::string_view id = property(view.section, kId), secret = property(view.section, kSecret);
  if (id.empty()) return half(view, kSecret, kId);
  if (secret.empty()) return half(view, kId, kSecret);

  // In the order of botocore.
  const Property* token = first_of(view.section, {"aws_security_token", "aws_session_token"});
  if (token == nullptr && id.starts_with("ASIA")) return lacks_session_token(view);
  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = id;
  credentials->secret_access_key = Secret(secret);
  if (token != nullptr) credentials->session_token = token->value;
  credentials->account_id = property(view.section, "aws_account_id");
  credentials->provider = kProfileInfo.name;
  credentials->expires_at = expiry(view);
  if (credentials->expires_at && *credentials->expires_at <= call.now)
    return make_error(Status::kNoCredentials,
                      "the keys of profile \"" + view.name + "\" expired at " +
                          rfc3339(*credentials->expires_at),
                      "get fresh ones from the tool that wrote them");
  const auto place = [&](std::string_view key) {
    return view.section.find(key)->second.where + ": " + std::string(key);
  };
  warn_of_odd_keys(view.context.world.log, *credentials, place(kId), place(kSecret));
  return CredentialsPtr(credentials);
}

}  // namespace pgiam::aws
