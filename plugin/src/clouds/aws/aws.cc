#include "clouds/aws/aws.h"

#include "base/sha256.h"
#include "base/text.h"
#include "clouds/aws/options.h"
#include "clouds/aws/provider.h"
#include "clouds/aws/region.h"
#include "clouds/aws/shared_files.h"
#include "clouds/aws/sign_in.h"
#include "clouds/aws/signing_keys.h"
#include "clouds/aws/target_kind.h"
#include "clouds/options.h"

namespace pgiam::aws {
namespace {

// RDS refuses a token that asks for longer, and DSQL takes it as well.
constexpr Seconds kTokenLife{900};
// Of anybody's token: DSQL takes a week.
constexpr Seconds kLongestLife{604'800};

// The variables that decide who the credentials are, but for those that name the profile or the
// files.
constexpr const char* kIdentityVariables[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ACCOUNT_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_EC2_INSTANCE_PROFILE_NAME",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_ENDPOINT_URL_SIGNIN",
    "HOME",
};
const Option* const kIdentityOptions[] = {
    &kRoleArnOption,         &kExternalIdOption, &kRoleSessionNameOption,
    &kDurationSecondsOption, &kMfaSerialOption,  &kCacheOption,
};

Target make_target(const TargetKind& kind, std::string_view host, std::uint16_t port) {
  Target target;
  target.kind = kind.kind;
  target.name = kind.name;
  target.host = host;
  target.port = port;
  target.authority = kind.authority(target);
  return target;
}

// Of a query's parameter, or "".
std::string_view query_value(std::string_view query, std::string_view name) {
  const auto at = query.find(std::string(name) + '=');
  if (at == query.npos) return {};
  const std::string_view value = query.substr(at + name.size() + 1);
  return value.substr(0, value.find('&'));
}

class Aws : public Cloud {
 public:
  Aws(const World& world, Runtime& runtime) : world_(world), runtime_(runtime), files_(world) {}

  std::optional<Target> recognise(std::string_view host, std::uint16_t port) const override {
    for (const TargetKind* kind : target_kinds()) {
      const auto facts = kind->recognise(host);
      if (!facts) continue;
      Target target = make_target(*kind, host, port);
      target.region = facts->region;
      target.reason = std::string(host) + " is the name of " + facts->description;
      return target;
    }
    return std::nullopt;
  }

  std::optional<Target> declare(std::string_view kind_name, std::string_view host,
                                std::uint16_t port) const override {
    const TargetKind* kind = find_target_kind(kind_name);
    if (kind == nullptr) return std::nullopt;
    Target target = make_target(*kind, host, port);
    if (const auto facts = kind->recognise(host)) target.region = facts->region;
    return target;
  }

  Result<Region> default_region(const Settings& settings) const override {
    const auto profiles = files_.read();
    if (!profiles) return profiles.error();
    const std::string profile = profile_of(settings);
    return configured_region(world_.environment, (*profiles)->find(profile), profile);
  }

  Result<CredentialSource> credentials(const Settings& settings) const override {
    auto profiles = files_.read();
    if (!profiles) return profiles.error();
    const ProviderContext context = context_of(settings);
    return CredentialSource{identity_key(context, (*profiles)->digest),
                            make_default_chain(context)};
  }

  Result<void> login(const Settings& settings, const Call& call) const override {
    return sign_in(context_of(settings), call);
  }

  Result<Token> sign(const Target& target, std::string_view user, const CredentialsPtr& credentials,
                     Time now) const override {
    const TargetKind* kind = find_target_kind(target.kind);
    if (kind == nullptr) return make_error(Status::kInternal, "unknown kind of target");
    const Time now_at_aws = runtime_.skew.correct(now);
    const auto key = keys_.get(credentials, now_at_aws, target.region, kind->service);
    const std::string query = kind->query(user);
    // Signed to the second, so it dies by the second, too.
    const Time signed_at = std::chrono::floor<Seconds>(now);
    return Token{presign({target.authority, query, kTokenLife}, *key, now_at_aws), signed_at,
                 signed_at + kTokenLife, credentials, mask(credentials->access_key_id)};
  }

  std::string warning() const override { return runtime_.skew.warning(); }

  bool is_token(std::string_view password) const override {
    return password.find("X-Amz-Signature=") != std::string_view::npos &&
           password.find("X-Amz-Algorithm=AWS4-HMAC-SHA256") != std::string_view::npos &&
           password.find("?Action=") != std::string_view::npos;
  }

  std::optional<Time> end_of_token(std::string_view password) const override {
    if (!is_token(password)) return std::nullopt;
    const auto signed_at = parse_iso8601_basic(query_value(password, "X-Amz-Date"));
    const auto life = parse_integer(query_value(password, "X-Amz-Expires"));
    if (!signed_at || !life || *life < 0 || Seconds{*life} > kLongestLife) return std::nullopt;
    return *signed_at + Seconds{*life};
  }

 private:
  ProviderContext context_of(const Settings& settings) const {
    return {
        world_, files_, runtime_, settings, profile_of(settings), settings.given(kProfileOption)};
  }

  std::string profile_of(const Settings& settings) const {
    if (settings.given(kProfileOption)) return std::string(settings.get(kProfileOption));
    return files_.default_profile();
  }

  // All that decides who the credentials will be: a change of any of it must not find old ones.
  std::string identity_key(const ProviderContext& context, std::string_view files_digest) const {
    std::string key = "aws\n" + context.profile + '\n' + (context.profile_given ? '1' : '0') + '\n';
    for (const Option* option : kIdentityOptions)
      (key += context.settings.get(*option)) += '\n';
    (key += files_digest) += '\n';
    std::string variables;
    const WipeAtExit wipe_variables(variables);
    for (const char* name : kIdentityVariables)
      (variables += world_.environment.get(name).value_or("")) += '\n';
    return hex(bytes_of(sha256({key, variables})));
  }

  const World& world_;
  Runtime& runtime_;
  const SharedFiles files_;
  mutable SigningKeys keys_;
};

}  // namespace

std::unique_ptr<Cloud> make_aws(const World& world, Runtime& runtime) {
  return std::make_unique<Aws>(world, runtime);
}

constinit const CloudRegistration kRegistration = {
    [](const World& world) { return make_aws(world); }, options, target_words, features};

}  // namespace pgiam::aws
