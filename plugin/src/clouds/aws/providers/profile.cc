// A profile of the shared config and credentials files.
#include "base/text.h"
#include "clouds/aws/provider.h"

namespace pgiam::aws {
namespace {

// The name that was meant, perhaps.
std::string nearest_profile(const Profiles& profiles, std::string_view wanted) {
  std::string best;
  std::size_t best_distance = wanted.size() / 2 + 1;
  for (const auto& [name, section] : profiles.profiles) {
    const std::size_t distance = edit_distance(wanted, name);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = name;
  }
  return best;
}

class ProfileProvider : public Provider {
 public:
  explicit ProfileProvider(const ProviderContext& context) : context_(context) {}

  std::string_view name() const override { return "aws.profile"; }

  Result<CredentialsPtr> load(const Call&, Trace&) override {
    auto profiles = context_.files.read();
    if (!profiles) return profiles.error();
    const Section* section = (*profiles)->find(context_.profile);
    if (section == nullptr) return missing(**profiles);
    return static_keys(*section);
  }

 private:
  Error missing(const Profiles& profiles) const {
    const std::string where = shorten_home(context_.world.environment, profiles.config_path) +
                              " or " +
                              shorten_home(context_.world.environment, profiles.credentials_path);
    const std::string message = "there is no profile \"" + context_.profile + "\" in " + where;
    const bool named = context_.profile_given || context_.files.default_profile() != "default";
    if (!named) return not_applicable(message);
    const std::string near = nearest_profile(profiles, context_.profile);
    return make_error(Status::kBadConfig, message,
                      near.empty() ? "run: aws configure --profile " + context_.profile
                                   : "did you mean \"" + near + "\"?");
  }

  Result<CredentialsPtr> static_keys(const Section& section) const {
    constexpr std::string_view kId = "aws_access_key_id", kSecret = "aws_secret_access_key";
    const std::string_view id = property(section, kId), secret = property(section, kSecret);
    if (id.empty() && secret.empty())
      return not_applicable("profile \"" + context_.profile + "\" holds no credentials");
    if (id.empty()) return half(section, kSecret, kId);
    if (secret.empty()) return half(section, kId, kSecret);

    auto credentials = std::make_shared<Credentials>();
    credentials->access_key_id = id;
    credentials->secret_access_key = Secret(secret);
    credentials->session_token = Secret(property(section, "aws_session_token"));
    credentials->account_id = property(section, "aws_account_id");
    credentials->provider = name();
    return CredentialsPtr(credentials);
  }

  Error half(const Section& section, std::string_view set, std::string_view missing) const {
    return make_error(Status::kBadConfig,
                      section.find(set)->second.where + ": profile \"" + context_.profile +
                          "\" has " + std::string(set) + ", but no " + std::string(missing),
                      "run: aws configure --profile " + context_.profile);
  }

  const ProviderContext context_;
};

}  // namespace

ProviderPtr make_profile_provider(const ProviderContext& context) {
  return std::make_unique<ProfileProvider>(context);
}

}  // namespace pgiam::aws
