#include "clouds/aws/aws.h"

#include <algorithm>

#include "base/redact.h"
#include "base/shell.h"
#include "base/text.h"
#include "clouds/aws/ca_bundle.h"
#include "clouds/aws/identity.h"
#include "clouds/aws/options.h"
#include "clouds/aws/partitions.h"
#include "clouds/aws/provider.h"
#include "clouds/aws/refusals.h"
#include "clouds/aws/region.h"
#include "clouds/aws/shared_files.h"
#include "clouds/aws/sign_in.h"
#include "clouds/aws/sigv4.h"
#include "clouds/aws/supplied.h"
#include "clouds/aws/target_kind.h"
#include "clouds/options.h"

namespace pgiam::aws {
namespace {

// RDS refuses a token that asks for longer, and DSQL takes it as well.
constexpr Seconds kTokenLife{900};
// Of anybody's token: DSQL takes a week.
constexpr Seconds kLongestLife{604'800};

constexpr std::string_view kRegionFrom = "region_from";
constexpr std::string_view kFactKeys[] = {kRegion, kRegionFrom};
constexpr std::string_view kCaCommands[] = {"pgiam ca install", "sslrootcert=rds"};

void set_region(Target& target, std::string_view region, std::string_view from) {
  if (region.empty()) return;
  target.set_fact(kRegion, std::string(region));
  target.set_fact(kRegionFrom, std::string(from));
}

Target make_target(const TargetKind& kind, std::string_view host, std::uint16_t port) {
  Target target;
  target.kind = kind.kind;
  target.name = kind.name;
  target.host = host;
  target.port = port;
  return target;
}

std::string spelling_of(const std::string& region) {
  return "see the spelling of the host: …." + region + ".…";
}

// The region to sign for: of the option, of the endpoint's name, of AWS's own settings. Never
// guessed.
Result<void> choose_region(Target& target, const Settings& settings,
                           const ConfiguredRegion& configured, std::vector<Error>& warnings) {
  const std::string from_name = target.fact(kRegion);
  if (settings.given(kRegionOption)) {
    const std::string region(settings.get(kRegionOption));
    if (!from_name.empty() && from_name != region)
      warnings.push_back(make_finding("region_option_differs",
                                      "the option region says " + region +
                                          ", but the endpoint's name says " + from_name));
    set_region(target, region, origin_name(settings.origin(kRegionOption)));
    return {};
  }
  if (!from_name.empty()) {
    if (!configured.name.empty() && configured.name != from_name)
      warnings.push_back(make_finding("region_of_settings_ignored",
                                      "signing for " + from_name +
                                          " as the endpoint's name says, not for " +
                                          configured.name + " of " + configured.from));
    return {};
  }
  if (configured.name.empty()) {
    const std::string unknown = "the region of " + target.host + " is unknown: ";
    if (const std::string near(near_region_in(target.host)); !near.empty())
      return make_error(Status::kTarget, unknown + "is " + near + " meant?", spelling_of(near));
    return make_error(Status::kTarget, unknown + "its name tells none",
                      "set it: PGIAM_REGION=eu-west-1, or region = … in the configuration");
  }
  set_region(target, configured.name, configured.from);
  return {};
}

void warn_of_slip(const Target& target, std::vector<Error>& warnings) {
  const std::string region = target.fact(kRegion);
  const bool is_of_name = target.fact(kRegionFrom) == std::string_view("endpoint");
  const std::string near(near_region(region, is_of_name));
  if (!near.empty()) {
    warnings.push_back(make_finding(
        "region_unlike_known", "no region " + region + " is known here: is " + near + " meant?",
        {is_of_name ? spelling_of(near) : "region = " + near}));
    return;
  }
  const std::string meant(is_of_name ? "" : near_region_in(target.host));
  if (meant.empty()) return;
  warnings.push_back(make_finding("region_unlike_known",
                                  target.host + " names no region that is known here: is " +
                                      meant + " meant?",
                                  {spelling_of(meant)}));
}

// A name with the end of another partition's resolves nowhere.
void warn_of_suffix(const Target& target, std::vector<Error>& warnings) {
  const std::string region = target.fact(kRegion);
  const std::string_view right = partition_of(region).dns_suffix;
  const auto ends_with = [&](std::string_view suffix) {
    return name_below(target.host, suffix).has_value();
  };
  const bool has_one = std::any_of(partitions().begin(), partitions().end(),
                                   [&](const Partition& one) { return ends_with(one.dns_suffix); });
  if (!has_one || ends_with(right)) return;
  warnings.push_back(make_finding("suffix_unlike_region",
                                  "names of " + region + " end with " + std::string(right) +
                                      ", and not as " + target.host + " does",
                                  {"see the spelling of the host: …." + std::string(right)}));
}

// The whole search, as a secret's source.
class Chain : public Provider {
 public:
  explicit Chain(ProviderPtr providers) : providers_(std::move(providers)) {}
  Result<KeptSecretPtr> load(const Call& call, Trace& trace, Fetch&) override {
    auto loaded = providers_->load(call, trace);
    if (!loaded) return loaded.error();
    return KeptSecretPtr(std::move(*loaded));
  }

 private:
  const ProviderPtr providers_;
};

// Of a query's parameter, or "".
std::string_view query_value(std::string_view query, std::string_view name) {
  const auto at = query.find(std::string(name) + '=');
  if (at == query.npos) return {};
  const std::string_view value = query.substr(at + name.size() + 1);
  return value.substr(0, value.find('&'));
}

// "HOST:PORT" of a token, and its query. Some tools lack the slash, or leave "https://" before it.
struct TokenParts {
  explicit TokenParts(std::string_view token) {
    if (const auto scheme = token.find("://"); scheme != token.npos) token.remove_prefix(scheme + 3);
    const auto question = std::min(token.find('?'), token.size());
    authority = token.substr(0, std::min(token.find('/'), question));
    query = token.substr(std::min(question + 1, token.size()));
  }
  std::string_view authority, query;
};

class TokenMaker : public PasswordMaker {
 public:
  TokenMaker(const TargetKind& kind, const Target& target, std::string_view user,
             const KeptSecretPtr& secret, const Skew& skew, Time now)
      : PasswordMaker(secret),
        skew_(skew),
        presigner_({kind.authority(target), kind.query(user), kTokenLife}, *as_credentials(secret),
                   skew.correct(now), target.fact(kRegion), kind.service) {}

  std::optional<Password> make(Time now) const override {
    const Time now_at_aws = skew_.correct(now);
    if (!presigner_.is_for(now_at_aws)) return std::nullopt;
    // Signed to the second, so it dies by the second, too.
    const Time signed_at = std::chrono::floor<Seconds>(now);
    return Password{presigner_.presign(now_at_aws), signed_at, signed_at + kTokenLife};
  }

 private:
  const Skew& skew_;
  const Presigner presigner_;
};

class Aws : public Cloud {
 public:
  Aws(const World& world, Runtime& runtime) : world_(world), runtime_(runtime), files_(world) {}

  std::optional<Target> recognise(std::string_view host, std::uint16_t port) const override {
    for (const TargetKind* kind : target_kinds()) {
      const auto facts = kind->recognise(host);
      if (!facts) continue;
      Target target = make_target(*kind, host, port);
      set_region(target, facts->region, "endpoint");
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
    if (const auto facts = kind->recognise(host)) set_region(target, facts->region, "endpoint");
    return target;
  }

  Result<void> complete(Target& target, const Settings& settings, const Call& call,
                        std::vector<Error>& warnings) const override {
    const auto profiles = files_.read(call);
    if (!profiles) return profiles.error();
    const std::string profile = profile_of(settings);
    auto chosen = choose_region(
        target, settings,
        configured_region(world_.environment, (*profiles)->find(profile), profile), warnings);
    if (chosen) {
      warn_of_slip(target, warnings);
      warn_of_suffix(target, warnings);
    }
    return chosen;
  }

  std::optional<Permission> permission(const Target& target,
                                       std::string_view user) const override {
    const TargetKind* kind = find_target_kind(target.kind);
    const std::string_view region = target.fact(kRegion);
    if (kind == nullptr || user.empty() || !looks_like_region(region)) return std::nullopt;
    return kind->permission(target.host, region, user);
  }

  Result<SecretSource> source(const Settings& settings, const Target*,
                              const Call& call) const override {
    auto profiles = files_.read(call);
    if (!profiles) return profiles.error();
    const ProviderContext context = context_of(settings);
    const std::string& digest = (*profiles)->digest;
    SecretSource found{identity_key(context, digest, false),
                       std::make_shared<Chain>(make_default_chain(context))};
    if (!settings.given(kRoleArnOption)) return found;
    return SecretSource{identity_key(context, digest), make_role_provider(context, std::move(found))};
  }

  Result<SecretSource> source_on(SecretSource supplied, const Settings& settings, const Target*,
                                 const Call&) const override {
    if (!settings.given(kRoleArnOption)) return supplied;
    const ProviderContext context = context_of(settings);
    std::string key = identity_key(context, supplied.key);
    return SecretSource{std::move(key), make_role_provider(context, std::move(supplied))};
  }

  Result<KeptSecretPtr> read_supplied(const SuppliedValues& values,
                                      const Call& call) const override {
    auto read = read_supplied_credentials(values, call.now);
    if (!read) return read.error();
    return KeptSecretPtr(std::move(*read));
  }

  Result<void> login(const Settings& settings, const Call& call) const override {
    return sign_in(context_of(settings), call);
  }

  std::string login_command(const Settings& settings) const override {
    const std::string profile(settings.get(kProfileOption));
    return "pgiam login" + (profile.empty() ? "" : " --profile " + shell_word(profile));
  }

  Result<PasswordMakerPtr> password_maker(const Target& target, std::string_view user,
                                          const KeptSecretPtr& secret, Time now) const override {
    const TargetKind* kind = find_target_kind(target.kind);
    if (kind == nullptr) return make_error(Status::kInternal, "unknown kind of target");
    return std::make_shared<const TokenMaker>(*kind, target, user, secret, runtime_.skew, now);
  }

  std::vector<Error> explain_refusal(const RefusedLogin& login) const override {
    const auto skewed = runtime_.skew.warning();
    return causes_of_refusal(login, skewed ? skewed->message : "");
  }

  bool is_password_of_ours(std::string_view text) const override {
    return text.find("X-Amz-Signature=") != std::string_view::npos &&
           text.find("X-Amz-Algorithm=AWS4-HMAC-SHA256") != std::string_view::npos &&
           text.find("?Action=") != std::string_view::npos;
  }

  std::optional<Time> end_of(std::string_view text) const override {
    if (!is_password_of_ours(text)) return std::nullopt;
    const auto signed_at = parse_iso8601_basic(query_value(text, "X-Amz-Date"));
    const auto life = parse_integer(query_value(text, "X-Amz-Expires"));
    if (!signed_at || !life || *life < 0 || Seconds{*life} > kLongestLife) return std::nullopt;
    return *signed_at + Seconds{*life};
  }

  std::string why_unfit(std::string_view password, const Target& target,
                        std::string_view user) const override {
    const TargetKind* kind = find_target_kind(target.kind);
    if (kind == nullptr) return {};
    const TokenParts token(password);
    const std::string authority = kind->authority(target), query = kind->query(user);
    if (!equals_ignore_case(token.authority, authority))
      return "it was made for " + redact(token.authority, 300) + ", not for " + authority;
    const auto parts = split(token.query, '&');
    for (std::string_view part : split(query, '&'))
      if (std::find(parts.begin(), parts.end(), part) == parts.end())
        return "it was made for another user than " + std::string(user);
    return {};
  }

  bool is_made_of(std::string_view password, const KeptSecret& secret) const override {
    const std::string_view scope = query_value(password, "X-Amz-Credential");
    return !scope.empty() && scope.substr(0, scope.find_first_of("%/")) == secret.owner_id();
  }

  std::vector<Error> warnings() const override {
    auto skewed = runtime_.skew.warning();
    if (!skewed) return {};
    return {std::move(*skewed)};
  }
  std::span<const std::string_view> ca_commands() const override { return kCaCommands; }
  std::string_view ca_word() const override { return kCaWord; }
  Result<CaBundle> ca_bundle(const Target* target, bool carried_too, const Call& call,
                             std::vector<Error>& warnings) const override {
    return find_ca_bundle(world_, target, carried_too, call, warnings);
  }
  std::span<const std::string_view> fact_keys() const override { return kFactKeys; }
  std::string_view owner_key() const override { return "access_key_id"; }

 private:
  ProviderContext context_of(const Settings& settings) const {
    return {
        world_, files_, runtime_, settings, profile_of(settings), settings.given(kProfileOption)};
  }

  std::string profile_of(const Settings& settings) const {
    if (settings.given(kProfileOption)) return std::string(settings.get(kProfileOption));
    return files_.default_profile();
  }

  const World& world_;
  Runtime& runtime_;
  const SharedFiles files_;
};

}  // namespace

std::unique_ptr<Cloud> make_aws(const World& world, Runtime& runtime) {
  return std::make_unique<Aws>(world, runtime);
}

constinit const CloudRegistration kRegistration = {
    [](const World& world) { return make_aws(world); }, kOptions, target_words, features};

}  // namespace pgiam::aws
