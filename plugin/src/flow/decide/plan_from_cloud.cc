#include "flow/decide/planner.h"
#include "flow/host_supplied.h"

namespace pgiam {
namespace {

std::string password_key(const Target& target, std::string_view user) {
  std::string key = target.kind;
  for (std::string_view part : {std::string_view(target.host), user})
    key.append(1, '\0').append(part);
  for (const Target::Fact& fact : target.facts) key.append(1, '\0').append(fact.value);
  return key.append(1, '\0').append(std::to_string(target.port));
}

}  // namespace

void Planner::plan_cloud(Recognised found, const Request& request, const Call& call,
                         bool may_resolve, Plan& plan) const {
  const auto refuse = [&](Error why) {
    plan.kind = Refused{std::move(why), found.cloud, std::move(found.target)};
  };
  if (request.user.empty())
    return refuse(make_error(Status::kInvalidArgument, "no user is given to make a token for",
                             "name the database user, e.g. user=app"));
  const Endpoint endpoint{plan.said_by, found.target.host, plan.rule_file};
  auto completed = found.cloud->complete(found.target, plan.settings, call, plan.warnings);
  if (!completed) return refuse(completed.error());
  const bool can_verify_name = can_dial_by_its_name(request, endpoint);
  const CaQuestion question{request,      plan.settings, clouds_,
                            found.cloud, &found.target, can_verify_name};
  auto ca = choose_ca(world_, question, call, plan.warnings);
  if (!ca) return refuse(ca.error());
  plan.ca = std::move(*ca);
  const auto sslmode = sslmode_for_token(request, plan.settings, plan.ca, can_verify_name);
  if (!sslmode) return refuse(sslmode.error());
  // Who did not ask for a server of the name that they wrote is not refused another one's.
  const bool is_alias = plan.ca.is_default && plan.said_by == SaidBy::kDns;
  auto dial = choose_dial(world_, request, is_alias ? "" : *sslmode, endpoint, call, may_resolve);
  if (!dial) return refuse(dial.error());
  if (dial->said_by == SaidBy::kDns) plan.warnings.push_back(warning_of_alias(request, endpoint));
  if (*sslmode == kVerifyCa) plan.warnings.push_back(warning_of_name(request, endpoint));
  auto source = source_for(*found.cloud, plan.settings, &found.target, call);
  if (!source) return refuse(source.error());

  AskCloud ask;
  ask.cloud = found.cloud;
  ask.source = std::move(*source);
  ask.dial = std::move(*dial);
  ask.settings =
      settings_for(request, {true, *sslmode, plan.ca.path, &ask.dial, plan.rule_file});
  ask.reuse = Seconds{plan.settings.get_int(kReuseSecondsOption)};
  ask.password_key = password_key(found.target, request.user);
  ask.target = std::move(found.target);
  plan.kind = std::move(ask);
}

}  // namespace pgiam
