#include "clouds/aws/refusals.h"

#include "base/text.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {
namespace {

bool is_same_name(std::string_view a, std::string_view b) {
  if (a.ends_with('.')) a.remove_suffix(1);
  return equals_ignore_case(a, b);
}

bool is_for_another_region(const RefusedLogin& login, const TargetKind& kind) {
  const auto facts = kind.recognise(login.target.host);
  return facts && !facts->region.empty() && facts->region != login.target.fact(kRegion);
}

Error wrong_region(const RefusedLogin& login) {
  return make_finding("wrong_region",
                      std::string("the token is for ") + login.target.fact(kRegion) +
                          ", but the endpoint's name tells another region: see region",
                      {"leave the option region out"}, login.target.host);
}

Error wrong_port(const RefusedLogin& login) {
  return make_finding(
      "wrong_port", "the server is reached through another port than its own: set signing_port",
      {"set signing_port to the endpoint's own port"},
      "the token is for port " + std::to_string(login.target.port) + ", as dialled");
}

// The access key of a session, and not a word of when that ends.
bool may_have_expired(const RefusedLogin& login) {
  return !login.secret_expires_at && login.owner.starts_with("ASIA");
}

Error may_be_expired() {
  return make_finding("temporary_credentials",
                      "the credentials are temporary and may have expired; they do not tell when",
                      {"renew the credentials"}, "the access key begins with ASIA");
}

Error wrong_credentials() {
  return make_finding("wrong_credentials",
                      "the credentials are not those you meant, or have been revoked",
                      {"aws sts get-caller-identity"});
}

}  // namespace

std::vector<Error> causes_of_refusal(const RefusedLogin& login, const std::string& clock_warning) {
  const TargetKind* kind = find_target_kind(login.target.kind);
  if (kind == nullptr) return {};
  const Permission missing =
      kind->permission(login.target.host, login.target.fact(kRegion), login.user);
  const OwnCauses own = kind->causes(login, missing);
  const bool clock_is_off = !clock_warning.empty();
  const bool elsewhere =
      !is_same_name(login.host, login.target.host) || login.port != login.target.port;
  const bool strange_port = !elsewhere && login.port != 5432;

  std::vector<Error> causes;
  if (clock_is_off) causes.push_back(clock_is_wrong(login, clock_warning));
  if (own.no_role && own.role_is_likelier) causes.push_back(*own.no_role);
  if (is_for_another_region(login, *kind)) causes.push_back(wrong_region(login));
  if (login.secret_expires_at && *login.secret_expires_at <= login.now)
    causes.push_back(secret_has_expired(login));
  if (elsewhere) causes.push_back(dialled_elsewhere(login));
  if (strange_port && !login.signing_port_given) causes.push_back(wrong_port(login));
  if (may_have_expired(login)) causes.push_back(may_be_expired());
  causes.push_back(own.no_permission);
  if (own.no_role && !own.role_is_likelier) causes.push_back(*own.no_role);
  causes.push_back(wrong_credentials());
  if (own.iam_is_off) causes.push_back(*own.iam_is_off);
  if (!clock_is_off) causes.push_back(clock_is_wrong(login, ""));
  if (strange_port && login.signing_port_given) causes.push_back(wrong_port(login));
  return causes;
}

}  // namespace pgiam::aws
