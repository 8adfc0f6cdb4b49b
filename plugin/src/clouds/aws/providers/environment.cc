// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and their companions.
// docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
#include "base/text.h"
#include "clouds/aws/profile_source.h"

namespace pgiam::aws {
namespace {

class EnvironmentProvider : public CredentialsProvider {
 public:
  explicit EnvironmentProvider(const World& world)
      : environment_(world.environment), log_(world.log) {}

  std::string_view name() const override { return kEnvironmentInfo.name; }

  Result<CredentialsPtr> load(const Call& call, Trace&) override {
    auto id = environment_.get_nonblank("AWS_ACCESS_KEY_ID");
    auto secret = environment_.get_nonblank("AWS_SECRET_ACCESS_KEY");
    if (!id && !secret) return not_set_up("AWS_ACCESS_KEY_ID is not set");
    if (!id) return half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID");
    if (!secret) return half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");

    auto credentials = std::make_shared<Credentials>();
    credentials->access_key_id = trim(*id);
    credentials->secret_access_key = Secret(trim(*secret));
    wipe(*secret);
    credentials->provider = name();
    credentials->renewable = false;
    for (const char* variable : {"AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"}) {  // botocore's order
      auto token = environment_.get_nonblank(variable);
      if (!token) continue;
      credentials->session_token = Secret(trim(*token));
      wipe(*token);
      break;
    }
    if (credentials->session_token.empty() && credentials->access_key_id.starts_with("ASIA"))
      return make_error(Status::kBadConfig,
                        "the key " + mask(credentials->access_key_id) +
                            " in AWS_ACCESS_KEY_ID is a temporary one, and AWS_SESSION_TOKEN is "
                            "not set",
                        "set the session token along with the key");
    credentials->account_id = environment_.get_nonblank("AWS_ACCOUNT_ID").value_or("");
    for (const char* variable : {"AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION"}) {
      const auto expiry = environment_.get_nonblank(variable);
      if (!expiry) continue;
      credentials->expires_at = parse_rfc3339(trim(*expiry));
      if (!credentials->expires_at)
        return make_error(Status::kBadConfig,
                          std::string(variable) + " = \"" + *expiry + "\" is not a time",
                          "write it as 2026-01-31T12:00:00Z");
      if (*credentials->expires_at <= call.now)
        return make_error(Status::kNoCredentials,
                          "the credentials in the environment expired at " + *expiry + " (" +
                              variable + ")",
                          "set fresh ones");
      break;
    }
    warn_of_odd_keys(log_, *credentials, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    return CredentialsPtr(credentials);
  }

 private:
  static Error half(const std::string& set, const std::string& missing) {
    return make_error(Status::kBadConfig, set + " is set, but " + missing + " is not",
                      "set " + missing + ", or unset " + set + " to use a profile");
  }

  const Environment& environment_;
  Log& log_;
};

constexpr const char* kVariables[] = {
    "AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN", "AWS_ACCOUNT_ID",        "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
};

}  // namespace

constinit const ProviderInfo kEnvironmentInfo{"aws.environment", kVariables};

ProviderPtr make_environment_provider(const ProviderContext& context) {
  return std::make_unique<EnvironmentProvider>(context.world);
}

}  // namespace pgiam::aws
