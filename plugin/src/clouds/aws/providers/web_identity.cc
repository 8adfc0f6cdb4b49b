// A role for the bearer of a token file, as Kubernetes (IRSA) and CI systems provide it.
// docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
#include "base/text.h"
#include "clouds/aws/cli_cache.h"
#include "clouds/aws/profile_source.h"
#include "clouds/aws/sts.h"

namespace pgiam::aws {
namespace {

Result<CredentialsPtr> load_role(const ProviderContext& context, const Profiles& profiles,
                                 const Role& role, const std::string& token_file,
                                 const Call& call) {
  return through_cli_cache(context, cache_name_of_role(role), kWebIdentityInfo.name, call, [&] {
    return sts_assume_role_with_web_identity(context, profiles, role, token_file, call);
  });
}

class WebIdentityProvider : public CredentialsProvider {
 public:
  explicit WebIdentityProvider(const ProviderContext& context) : context_(context) {}

  std::string_view name() const override { return kWebIdentityInfo.name; }

  Result<CredentialsPtr> load(const Call& call, Trace&) override {
    const std::string token_file = variable("AWS_WEB_IDENTITY_TOKEN_FILE");
    if (token_file.empty()) return not_set_up("AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    Role role;
    role.arn = variable("AWS_ROLE_ARN");
    role.session_name = variable("AWS_ROLE_SESSION_NAME");
    if (role.arn.empty())
      return make_error(Status::kBadConfig,
                        "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not",
                        "set AWS_ROLE_ARN to the role that the token is for");
    const auto profiles = context_.files.read(call);
    if (!profiles) return profiles.error();
    if (auto left = leave_to_the_profile(**profiles)) return *left;
    return load_role(context_, **profiles, role, token_file, call);
  }

 private:
  // A profile that asks for a role itself, rightly or wrongly, comes first for all SDKs; one that
  // holds keys, a program or a sign-in comes behind the environment for boto3, the AWS CLI, Go and
  // Java. Which is also what a pod's owner means: the variables are the pod's, the file is not.
  std::optional<Error> leave_to_the_profile(const Profiles& profiles) const {
    const Section* section = profiles.find(context_.profile);
    if (section == nullptr) {
      if (context_.profile == "default") return std::nullopt;
      return not_applicable("profile \"" + context_.profile + "\" is asked for, but is not there");
    }
    for (const char* key : {"role_arn", "web_identity_token_file", "credential_source"})
      if (!property(*section, key).empty())
        return not_applicable("profile \"" + context_.profile + "\" has a " + key + " of its own");
    return std::nullopt;
  }

  std::string variable(const char* name) const {
    return std::string(trim(context_.world.environment.get_nonblank(name).value_or("")));
  }

  const ProviderContext context_;
};

constexpr const char* kVariables[] = {"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
                                      "AWS_ROLE_SESSION_NAME"};

}  // namespace

constinit const ProviderInfo kWebIdentityInfo{"aws.web_identity", kVariables};

Result<CredentialsPtr> load_web_identity(const ProfileView& view, const Call& call, Trace&) {
  Role role;
  role.arn = property(view.section, "role_arn");
  role.session_name = property(view.section, "role_session_name");
  role.profile = view.name;
  const Property& token_file = view.section.find("web_identity_token_file")->second;
  if (role.arn.empty())
    return make_error(Status::kBadConfig,
                      token_file.where + ": profile \"" + view.name +
                          "\" has web_identity_token_file, but no role_arn",
                      "add the role that the token is for");
  return load_role(view.context, view.profiles, role, std::string(token_file.value.reveal()), call);
}

ProviderPtr make_web_identity_provider(const ProviderContext& context) {
  return std::make_unique<WebIdentityProvider>(context);
}

}  // namespace pgiam::aws
