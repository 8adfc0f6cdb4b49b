// aws_access_key_id, aws_secret_access_key and aws_session_token of a profile.
#include "base/shell.h"
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

}  // namespace

Result<CredentialsPtr> load_static_keys(const ProfileView& view, const Call&, Trace&) {
  const std::string_view id = property(view.section, kId), secret = property(view.section, kSecret);
  if (id.empty()) return half(view, kSecret, kId);
  if (secret.empty()) return half(view, kId, kSecret);

  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = id;
  credentials->secret_access_key = Secret(secret);
  credentials->session_token = Secret(property(view.section, "aws_session_token"));
  credentials->account_id = property(view.section, "aws_account_id");
  credentials->provider = kProfileInfo.name;
  return CredentialsPtr(credentials);
}

}  // namespace pgiam::aws
