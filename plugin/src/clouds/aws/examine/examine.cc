#include "clouds/aws/examine/examine.h"

#include "clouds/aws/examine/identity.h"
#include "clouds/aws/examine/kinds.h"
#include "clouds/aws/examine/last_identity.h"
#include "clouds/aws/examine/permission.h"
#include "clouds/aws/examine/resource.h"

namespace pgiam::aws {
namespace {

Secret part(const Subject& subject, std::string_view name) {
  const auto found = subject.credentials.find(name);
  return found == subject.credentials.end() ? Secret() : Secret(found->second.reveal());
}

CredentialsPtr credentials_of(const Subject& subject) {
  auto keys = std::make_shared<Credentials>();
  keys->access_key_id = part(subject, "access_key_id").reveal();
  keys->secret_access_key = part(subject, "secret_access_key");
  keys->session_token = part(subject, "session_token");
  keys->provider = subject.provider;
  return keys;
}

struct Examination {
  const World& world;
  const Profiles& profiles;
  const Subject& subject;
  const CredentialsPtr keys;
  const std::string profile;
  const Call& call;

  Check ask_identity() const {
    Check check = examine_identity(world, profiles, subject, keys, profile, call);
    LastIdentity::of_process().keep(keys->access_key_id, check, world.clock.uptime());
    return check;
  }

  void ask_about_database(std::uint32_t what, const Check& who, std::vector<Check>& checks) const {
    Asker asker(world, profiles, profile, keys, call, kMostCalls - kMostForIdentity);
    Resource resource = likeliest_kind(subject.text("target")).examine(asker, subject);
    resource.checks.front().calls = kMostCalls - kMostForIdentity - asker.calls_left();
    const int left = asker.calls_left();
    if ((what & kExamineResource) != 0)
      checks.insert(checks.end(), resource.checks.begin(), resource.checks.end());
    if ((what & kExaminePermission) == 0) return;
    checks.push_back(examine_permission(asker, subject, resource, who));
    checks.back().calls = left - asker.calls_left();
  }
};

}  // namespace

std::vector<Check> examine(const World& world, const Subject& subject, std::uint32_t what,
                           const Call& call) {
  const SharedFiles files(world);
  const auto profiles = files.read(call);
  std::string profile(subject.text("account.profile"));
  if (profile.empty()) profile = files.default_profile();
  std::vector<Check> checks;
  if (!profiles) return checks;
  const Examination examination{world,   **profiles, subject, credentials_of(subject),
                                profile, call};
  std::optional<Check> who;
  if ((what & kExamineIdentity) == 0)
    who = LastIdentity::of_process().find(examination.keys->access_key_id, world.clock.uptime());
  if (!who) {
    who = examination.ask_identity();
    checks.push_back(*who);
  }
  const bool is_wanted = (what & (kExamineResource | kExaminePermission)) != 0;
  if (is_wanted && who->outcome != Check::Outcome::kFailed)
    examination.ask_about_database(what, *who, checks);
  return checks;
}

}  // namespace pgiam::aws
