#include "clouds/aws/role_chain.h"

#include <algorithm>

#include "base/shell.h"
#include "base/text.h"

namespace pgiam::aws {
namespace {

// Each is a request, a file and a call deeper; nobody's organisation is.
constexpr std::size_t kMostRoles = 50;

bool names_role(const Section& section) {
  return !property(section, "role_arn").empty() &&
         property(section, "web_identity_token_file").empty();
}

// Of a name of its own: std::quoted would be found beside one that is called so.
std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

Error wrong(const Section& section, const char* key, std::string what, std::string hint = {}) {
  const auto found = section.find(key);
  const std::string where = found == section.end() ? "" : found->second.where + ": ";
  return make_error(Status::kBadConfig, where + what, std::move(hint));
}

Error malformed(const SkippedLine& line) {
  return make_error(Status::kBadConfig, line.where + ": " + line.why,
                    "correct this line, or leave it out");
}

// A duration that is no number is no duration, as for boto3.
Role role_of(std::string_view profile, const Section& section) {
  Role role;
  role.arn = property(section, "role_arn");
  role.session_name = property(section, "role_session_name");
  role.external_id = property(section, "external_id");
  role.mfa_serial = property(section, "mfa_serial");
  if (const auto seconds = parse_integer(property(section, "duration_seconds")))
    role.duration = Seconds{*seconds};
  role.profile = profile;
  return role;
}

Error loop(const std::vector<std::string>& visited, std::string_view again,
           const Section& section) {
  std::string way;
  for (const std::string& name : visited) way += name + " → ";
  return wrong(section, "source_profile", "profiles form a loop: " + way + std::string(again),
               "one of them must hold credentials of its own");
}

class Resolver {
 public:
  explicit Resolver(const Profiles& profiles) : profiles_(profiles) {}

  Result<RoleChain> resolve(std::string_view first) {
    std::string name(first);
    for (;;) {
      if (const auto bad = profiles_.malformed.find(name); bad != profiles_.malformed.end())
        return malformed(bad->second);
      const Section& section = *profiles_.find(name);
      chain_.profile = name;
      chain_.keys_first = !visited_.empty();
      const bool rests_on_keys = chain_.keys_first && has_static_keys(section);
      if (rests_on_keys || !names_role(section)) break;

      if (visited_.size() == kMostRoles)
        return wrong(section, "role_arn",
                     "profile " + in_quotes(first) + " leads through more than " +
                         std::to_string(kMostRoles) + " roles",
                     "name a source_profile that is nearer to the credentials");
      visited_.push_back(name);
      chain_.roles.push_back(role_of(name, section));
      auto next = source_of(name, section);
      if (!next) return next.error();
      if (chain_.source) break;
      if (*next == name) {
        chain_.keys_first = true;
        break;
      }
      name = *next;
    }
    std::reverse(chain_.roles.begin(), chain_.roles.end());
    return std::move(chain_);
  }

 private:
  // The profile that lends its credentials, or "" if chain_.source does.
  Result<std::string> source_of(const std::string& name, const Section& section) {
    const std::string_view source = property(section, "source_profile");
    const bool named = !property(section, "credential_source").empty();
    if (source.empty() && !named)
      return wrong(section, "role_arn",
                   "profile " + in_quotes(name) + " names a role, but not who may assume it",
                   "add source_profile or credential_source");
    if (!source.empty() && named)
      return wrong(section, "source_profile",
                   "profile " + in_quotes(name) + " has both source_profile and credential_source",
                   "remove one of them");
    if (named) {
      auto parsed = parse_named_source(section);
      if (!parsed) return parsed.error();
      chain_.source = *parsed;
      return std::string();
    }
    const Section* lender = profiles_.find(source);
    if (lender == nullptr)
      return with_commands(
          wrong(section, "source_profile",
                "source_profile " + in_quotes(source) + " of profile " + in_quotes(name) +
                    " does not exist"),
          {"aws configure --profile " + shell_word(source)});
    const bool visited = std::find(visited_.begin(), visited_.end(), source) != visited_.end();
    if (visited && (source != name || !has_static_keys(*lender)))
      return loop(visited_, source, section);
    return std::string(source);
  }

  const Profiles& profiles_;
  RoleChain chain_;
  std::vector<std::string> visited_;
};

}  // namespace

Result<RoleChain> resolve_role_chain(const Profiles& profiles, std::string_view profile) {
  return Resolver(profiles).resolve(profile);
}

Result<NamedSource> parse_named_source(const Section& section) {
  const std::string_view name = property(section, "credential_source");
  if (equals_ignore_case(name, "Environment")) return NamedSource::kEnvironment;
  if (equals_ignore_case(name, "Ec2InstanceMetadata")) return NamedSource::kEc2InstanceMetadata;
  if (equals_ignore_case(name, "EcsContainer")) return NamedSource::kEcsContainer;
  return wrong(section, "credential_source",
               "credential_source = " + in_quotes(name) + " is none that AWS knows",
               "it may be Environment, Ec2InstanceMetadata or EcsContainer");
}

bool has_static_keys(const Section& section) {
  return !property(section, "aws_access_key_id").empty() ||
         !property(section, "aws_secret_access_key").empty();
}

}  // namespace pgiam::aws
