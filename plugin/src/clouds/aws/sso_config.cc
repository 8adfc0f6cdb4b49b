#include "base/sha1.h"
#include "base/shell.h"
#include "base/text.h"
#include "clouds/aws/aws_folder.h"
#include "clouds/aws/sso.h"

namespace pgiam::aws {
namespace {

// Lets a client refresh its token. What `aws configure sso` writes, too.
constexpr const char* kDefaultScope = "sso:account:access";

Error missing(const std::string& owner, const char* key) {
  return with_commands(make_error(Status::kBadConfig, owner + " has no " + key),
                       {"aws configure sso"});
}

std::vector<std::string> parse_scopes(std::string_view list) {
  std::vector<std::string> scopes;
  for (std::string_view scope : split(list, ','))
    if (!trim(scope).empty()) scopes.emplace_back(trim(scope));
  if (scopes.empty()) scopes.emplace_back(kDefaultScope);
  return scopes;
}

Result<const Section*> find_session(const ProfileView& view, const std::string& name) {
  const auto found = view.profiles.sso_sessions.find(name);
  if (found == view.profiles.sso_sessions.end())
    return with_commands(
        make_error(Status::kBadConfig, view.section.find("sso_session")->second.where +
                                           ": there is no [sso-session " + name + "]"),
        {"aws configure sso-session"});
  // A profile may repeat what its session says, but not contradict it.
  for (const auto& [key, said] : found->second) {
    const std::string_view repeated = property(view.section, key);
    if (!repeated.empty() && repeated != said.value.reveal())
      return make_error(Status::kBadConfig,
                        view.section.find(key)->second.where + ": " + key + " of profile \"" +
                            view.name + "\" contradicts " + said.where,
                        "remove it from the profile");
  }
  return &found->second;
}

}  // namespace

Result<SsoConfig> read_sso_config(const ProfileView& view) {
  SsoConfig config;
  config.profile = view.name;
  config.session = property(view.section, "sso_session");
  const Section* settings = &view.section;
  std::string owner = "profile \"" + view.name + "\"";
  if (!config.session.empty()) {
    auto session = find_session(view, config.session);
    if (!session) return session.error();
    settings = *session;
    owner = "[sso-session " + config.session + "]";
    config.scopes = parse_scopes(property(*settings, "sso_registration_scopes"));
  }
  config.start_url = property(*settings, "sso_start_url");
  config.region = property(*settings, "sso_region");
  if (config.start_url.empty()) return missing(owner, "sso_start_url");
  if (config.region.empty()) return missing(owner, "sso_region");
  config.account = property(view.section, "sso_account_id");
  config.role = property(view.section, "sso_role_name");
  return config;
}

std::string sso_token_path(const Environment& environment, const SsoConfig& config) {
  const std::string& name = config.session.empty() ? config.start_url : config.session;
  return aws_folder_file(environment, "sso/cache/" + sha1_hex(name) + ".json");
}

Error to_sign_in(const SsoConfig& config, Error error) {
  const std::string profile = shell_word(config.profile);
  return with_commands(std::move(error),
                       {"aws sso login --profile " + profile, "pgiam login --profile " + profile});
}

Error sso_login_required(const SsoConfig& config, const std::string& why) {
  return to_sign_in(config, make_error(Status::kLoginRequired, why));
}

}  // namespace pgiam::aws
