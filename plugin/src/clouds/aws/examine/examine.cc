#include "clouds/aws/examine/examine.h"

#include "clouds/aws/examine/identity.h"

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

}  // namespace

std::vector<Check> examine(const World& world, const Subject& subject, std::uint32_t what,
                           const Call& call) {
  const SharedFiles files(world);
  const auto profiles = files.read(call);
  std::string profile(subject.text("account.profile"));
  if (profile.empty()) profile = files.default_profile();
  std::vector<Check> checks;
  if (!profiles) return checks;
  if ((what & kExamineIdentity) != 0)
    checks.push_back(
        examine_identity(world, **profiles, subject, credentials_of(subject), profile, call));
  return checks;
}

}  // namespace pgiam::aws
