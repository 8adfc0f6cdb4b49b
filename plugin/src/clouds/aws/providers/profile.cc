// A profile of the shared config and credentials files: the roles that it leads through, and the
// source under them.
#include "base/shell.h"
#include "base/spelling.h"
#include "base/text.h"
#include "clouds/aws/profile_source.h"

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

class ProfileProvider : public CredentialsProvider {
 public:
  explicit ProfileProvider(const ProviderContext& context) : context_(context) {}

  std::string_view name() const override { return kProfileInfo.name; }

  Result<CredentialsPtr> load(const Call& call, Trace& trace) override {
    const auto profiles = context_.files.read(call);
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
    if (const ProfileSource* source = find_profile_source(view.section, chain.keys_first))
      return ask_and_trace(context_.world.clock, source->info.name, trace,
                           [&] { return source->load(view, call, trace); });
    // What cannot be read may hold them: what the chain asks next would be somebody else.
    if (!profiles.unreadable.empty()) return profiles.unreadable.front();
    const std::string nothing = "profile \"" + chain.profile + "\" holds no credentials";
    Error error = not_applicable(nothing);
    error.causes = skipped(profiles);
    if (chain.roles.empty()) return error;
    return with_commands(
        make_error(Status::kBadConfig, nothing + ", but is to assume " + chain.roles[0].arn),
        {"aws configure --profile " + shell_word(chain.profile)});
  }

  Error missing(const Profiles& profiles) const {
    const std::string where = shorten_home(context_.world.environment, profiles.config_path) +
                              " or " +
                              shorten_home(context_.world.environment, profiles.credentials_path);
    const std::string message = "there is no profile \"" + context_.profile + "\" in " + where;
    const bool named = context_.profile_given || context_.files.default_profile() != "default";
    if (!profiles.unreadable.empty()) return profiles.unreadable.front();
    Error error = make_error(Status::kBadConfig, message);
    const std::string near = nearest_profile(profiles, context_.profile);
    if (!named)
      error = not_set_up(message);
    else if (!near.empty())
      error.hint = "did you mean \"" + near + "\"?";
    else
      error = with_commands(std::move(error),
                            {"aws configure --profile " + shell_word(context_.profile)});
    error.causes = skipped(profiles);
    return error;
  }

  // The lines that may have been meant for it.
  std::vector<Error> skipped(const Profiles& profiles) const {
    constexpr std::size_t kMost = 5;
    std::vector<Error> lines;
    for (const SkippedLine& line : profiles.skipped) {
      const bool of_another = !line.header.empty() &&
                              to_lower(line.header).find(to_lower(context_.profile)) ==
                                  std::string::npos;
      if (of_another || lines.size() == kMost) continue;
      lines.push_back(make_finding("line_skipped", line.where + " was skipped: " + line.why));
    }
    return lines;
  }

  const ProviderContext context_;
};

}  // namespace

// The files and the variables that name them: see shared_files.h.
constinit const ProviderInfo kProfileInfo{"aws.profile"};

ProviderPtr make_profile_provider(const ProviderContext& context) {
  return std::make_unique<ProfileProvider>(context);
}

}  // namespace pgiam::aws
