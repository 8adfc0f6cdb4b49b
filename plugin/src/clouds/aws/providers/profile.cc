// A profile of the shared config and credentials files: the roles that it leads through, and the
// source under them.
#include "base/shell.h"
#include "base/spelling.h"
#include "clouds/aws/profile_source.h"

namespace pgiam::aws {
namespace {

bool has(const Section& section, std::string_view key) { return !property(section, key).empty(); }

bool asks_for_web_identity(const Section& section) {
  return has(section, "web_identity_token_file");
}
bool asks_for_sso_role(const Section& section) {
  return has(section, "sso_account_id") || has(section, "sso_role_name");
}
// For tokens only, or not finished: no credentials come of it, and that must be said.
bool asks_for_sso(const Section& section) {
  return has(section, "sso_session") || has(section, "sso_start_url");
}
bool asks_for_login(const Section& section) { return has(section, "login_session"); }
bool asks_for_process(const Section& section) { return has(section, "credential_process"); }
// Without a role it is what it names, and so for the SDKs that do not pass it over.
bool asks_for_named_source(const Section& section) { return has(section, "credential_source"); }
bool has_keys_in_credentials_file(const Section& section) {
  const auto id = section.find("aws_access_key_id");
  return has_static_keys(section) && id != section.end() && id->second.in_credentials_file;
}

struct ProfileSource {
  const char* name;
  bool (*asked_for)(const Section& section);
  Result<CredentialsPtr> (*load)(const ProfileView&, const Call&, Trace&);
};

constexpr ProfileSource kStaticKeys{"aws.profile", has_static_keys, load_static_keys};

// The first that a profile asks for is its source, for better or worse.
constexpr ProfileSource kSources[] = {
    {"aws.web_identity", asks_for_web_identity, load_web_identity},
    {"aws.sso", asks_for_sso_role, load_sso},
    // Keys of the credentials file come before a program, those of the config file behind it, as
    // for boto3.
    {"aws.profile", has_keys_in_credentials_file, load_static_keys},
    {"aws.login", asks_for_login, load_login},
    {"aws.process", asks_for_process, load_process},
    kStaticKeys,
    {"aws.sso", asks_for_sso, load_sso},
    {"aws.profile", asks_for_named_source, load_named_source},
};

const ProfileSource* find_source(const Section& section, bool keys_first) {
  if (keys_first && has_static_keys(section)) return &kStaticKeys;
  for (const ProfileSource& source : kSources)
    if (source.asked_for(section)) return &source;
  return nullptr;
}

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

class ProfileProvider : public CredentialsProvider {
 public:
  explicit ProfileProvider(const ProviderContext& context) : context_(context) {}

  std::string_view name() const override { return "aws.profile"; }

  Result<CredentialsPtr> load(const Call& call, Trace& trace) override {
    const auto profiles = context_.files.read();
    if (!profiles) return profiles.error();
    if ((*profiles)->find(context_.profile) == nullptr) return missing(**profiles);
    const auto chain = resolve_role_chain(**profiles, context_.profile);
    if (!chain) return chain.error();
    const auto base = [&](const Call& base_call, Trace& base_trace) {
      return load_base(**profiles, *chain, base_call, base_trace);
    };
    return assume_roles(context_, **profiles, chain->roles, base, call, trace);
  }

 private:
  Result<CredentialsPtr> load_base(const Profiles& profiles, const RoleChain& chain,
                                   const Call& call, Trace& trace) const {
    const ProfileView view{context_, profiles, chain.profile, *profiles.find(chain.profile)};
    if (chain.source) return load_named_source(view, call, trace);
    if (const ProfileSource* source = find_source(view.section, chain.keys_first))
      return ask_and_trace(context_.world.clock, source->name, trace,
                           [&] { return source->load(view, call, trace); });
    const std::string nothing = "profile \"" + chain.profile + "\" holds no credentials";
    if (chain.roles.empty()) return not_applicable(nothing);
    return make_error(Status::kBadConfig, nothing + ", but is to assume " + chain.roles[0].arn,
                      "run: aws configure --profile " + shell_word(chain.profile));
  }

  Error missing(const Profiles& profiles) const {
    const std::string where = shorten_home(context_.world.environment, profiles.config_path) +
                              " or " +
                              shorten_home(context_.world.environment, profiles.credentials_path);
    const std::string message = "there is no profile \"" + context_.profile + "\" in " + where;
    const bool named = context_.profile_given || context_.files.default_profile() != "default";
    if (!named) return not_applicable(message);
    const std::string near = nearest_profile(profiles, context_.profile);
    return make_error(Status::kBadConfig, message,
                      near.empty() ? "run: aws configure --profile " + shell_word(context_.profile)
                                   : "did you mean \"" + near + "\"?");
  }

  const ProviderContext context_;
};

}  // namespace

ProviderPtr make_profile_provider(const ProviderContext& context) {
  return std::make_unique<ProfileProvider>(context);
}

}  // namespace pgiam::aws
