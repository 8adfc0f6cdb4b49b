#include "flow/decide/planner.h"

#include "base/text.h"
#include "clouds/options.h"
#include "flow/attempt/host_list.h"
#include "flow/decide/given_password.h"
#include "flow/host_supplied.h"

namespace pgiam {
namespace {

Error given_token_unfit(const std::string& why) {
  return make_finding("given_token_unfit",
                      "the password that was given is a token which the server will refuse: " + why,
                      {"leave the password out, or say force = yes"});
}

std::string lines_of(const std::vector<Error>& warnings) {
  std::string lines;
  for (const Error& warning : warnings) {
    if (!lines.empty()) lines += '\n';
    lines += warning.message;
  }
  return lines;
}

constexpr const char* kUsersPasswordReason =
    "a password was given, and it is no token (force = yes would replace it)";

void leave_to_users_password(std::string reason, Plan& plan) {
  plan.kind = NotOurs{"", true};
  plan.reason = std::move(reason);
}

// What else leads to the same server in the same way.
KeywordSettings given_keywords(const Request& request) {
  KeywordSettings given;
  const auto add = [&](const char* keyword, std::string_view value) {
    if (!value.empty()) given.push_back({keyword, std::string(value)});
  };
  add("hostaddr", request.hostaddr);
  add("dbname", request.database);
  add("sslmode", request.sslmode);
  for (const char* keyword : {"sslrootcert", "service"})
    add(keyword, value_of(request.keywords, keyword));
  return given;
}

}  // namespace

Result<Plan> Planner::make(const Request& request, const Call& call, bool may_resolve) const {
  auto plan = decide(request, call, may_resolve);
  if (plan) plan->warning_lines = lines_of(plan->warnings);
  return plan;
}

Result<Plan> Planner::decide(const Request& request, const Call& call, bool may_resolve) const {
  const auto rules = rules_.read(call);
  if (!rules && rules.error().status == Status::kCancelled) return rules.error();
  if (!rules) return make_without_rules(request, rules.error());
  auto plan = begin(request, **rules);
  if (!plan) return plan;
  if (plan->settings.get(kTargetOption) == "off") {
    plan->reason = "target = off";
    return plan;
  }
  auto file = choose_file(plan->settings);
  if (!file) return file.error();
  if (*file)
    decide_file(std::move(**file), request, call, *plan);
  else
    decide_cloud(request, call, may_resolve, *plan);
  if (call.stop.stop_requested()) return cancelled();
  return plan;
}

void Planner::decide_file(PasswordSource source, const Request& request, const Call& call,
                          Plan& plan) const {
  const auto given = given_password(world_, clouds_, handed_out_, request, plan.settings, call);
  if (given.kind == GivenPassword::Kind::kUsers)
    leave_to_users_password(kUsersPasswordReason, plan);
  else if (given.kind == GivenPassword::Kind::kToken)
    leave_to_users_password(kUsersTokenReason, plan);
  else
    plan_file(std::move(source), request, call, plan);
}

void Planner::decide_cloud(const Request& request, const Call& call, bool may_resolve,
                           Plan& plan) const {
  auto found = recognition_.by_written_name(request, plan);
  const bool is_perhaps_alias = !found && may_be_alias(request, plan);
  if (!found && !is_perhaps_alias) return;  // not ours, or refused
  const auto given = given_password(world_, clouds_, handed_out_, request, plan.settings, call);
  const bool is_users = given.kind == GivenPassword::Kind::kUsers;
  // Names of other servers must not cost a look-up where a password says that it is not ours.
  if (is_perhaps_alias && !is_users)
    found = recognition_.by_alias(request, call, may_resolve, plan);
  if (!found || call.stop.stop_requested()) return;
  if (is_users) return leave_to_users_password(kUsersPasswordReason, plan);
  const bool is_token = given.kind == GivenPassword::Kind::kToken;
  if (is_token) {
    const std::string unfit =
        found->cloud->why_unfit(given.text.reveal(), found->target, request.user);
    if (!unfit.empty()) {
      plan.warnings.push_back(given_token_unfit(unfit));
      return leave_to_users_password(kUsersTokenReason, plan);
    }
  }
  plan.reason = found->target.reason.empty()
                    ? "target = " + std::string(plan.settings.get(kTargetOption))
                    : found->target.reason;
  plan_cloud(std::move(*found), request, call, may_resolve, plan);
  if (!is_token) return;
  // What cannot be done here is no reason to refuse what may do.
  auto* ask = std::get_if<AskCloud>(&plan.kind);
  if (ask == nullptr) return leave_to_users_password(kUsersTokenReason, plan);
  ask->given = std::make_shared<const Secret>(given.text);
}

// A plan that knows its settings and nothing else.
Result<Plan> Planner::begin(const Request& request, const RuleFile& file) const {
  const Rule* rule = file.find(request);
  auto settings = resolve_settings(request, context_options_, world_.environment, file, rule);
  if (!settings) return settings.error();
  Plan plan;
  const Origin log = settings->origin(kLogOption);
  if (log == Origin::kRule || log == Origin::kFileDefaults)
    plan.log_level = log_level_of(settings->get(kLogOption));
  plan.settings = std::move(*settings);
  plan.host = request.host;
  plan.user = request.user;
  plan.database = request.database;
  plan.port = port_of(request);
  plan.given = given_keywords(request);
  if (rule != nullptr) plan.rule = rule->name;
  plan.rule_file = file.path;
  plan.timeout = Milliseconds{plan.settings.get_int(kTimeoutMsOption)};
  return plan;
}

// Where the configuration file cannot be used: an error for what is ours by its very name. All
// other connections must not suffer from a hook that was left switched on: they pass through, and
// the log says so, once.
Result<Plan> Planner::make_without_rules(const Request& request, Error why) const {
  const std::string host = normal_host(request.host);
  for (const auto& cloud : clouds_)
    if (!is_socket(host) && cloud->recognise(host, port_of(request))) return why;
  if (!why.hint.empty()) why.message += " (" + why.hint + ")";
  Plan plan;
  plan.reason = why_not_recognised(host) + ", and there are no rules: " + why.message;
  plan.kind = NotOurs{why.message +
                      "; until that is mended connections go without pgiam, to endpoints they fail"};
  return plan;
}

// Whose secret: of the kind that the option `target` names, of the host that is given, else of the
// first cloud in the table.
Result<Plan> Planner::make_for_credentials(const Request& request, const Call& call) const {
  const auto file = rules_.read(call);
  if (!file) return file.error();
  auto plan = begin(request, **file);
  if (!plan) return plan;
  AskCloud ask;
  const auto found =
      recognition_.by_name(normal_host(request.host), port_of(request), plan->settings);
  ask.cloud = found ? found->cloud : clouds_.front().get();
  auto source = source_for(*ask.cloud, plan->settings, nullptr, call);
  if (!source) return source.error();
  ask.source = std::move(*source);
  plan->kind = std::move(ask);
  return plan;
}

Result<KeywordSettings> Planner::settings_of_token(const Request& request,
                                                   const Call& call) const {
  const auto file = rules_.read(call);
  const auto plan = begin(request, file ? **file : RuleFile{});
  const Settings settings = plan ? plan->settings : Settings();
  std::vector<Error> warnings;
  const auto ca =
      choose_ca_by_name(request, settings, /*may_be_installed=*/true, call, warnings);
  if (!ca) return ca.error();
  const auto sslmode =
      sslmode_for_token(request, settings, *ca, is_own_name(request, settings));
  if (!sslmode) return sslmode.error();
  return settings_for(request, {true, *sslmode, ca->path});
}

Milliseconds Planner::time_without_rules(const Request& request) const {
  const auto settings =
      resolve_settings(request, context_options_, world_.environment, RuleFile{}, nullptr);
  return Milliseconds{(settings ? *settings : Settings()).get_int(kTimeoutMsOption)};
}

Result<ServerCa> Planner::choose_ca_by_name(const Request& request, const Settings& settings,
                                            bool may_be_installed, const Call& call,
                                            std::vector<Error>& warnings) const {
  const std::string_view endpoint = settings.get(kSigningHostOption);
  const auto found = recognition_.by_name(normal_host(endpoint.empty() ? request.host : endpoint),
                                    signing_port(request, settings), settings);
  return choose_ca(world_,
                   {request, settings, clouds_, found && may_be_installed ? found->cloud : nullptr,
                    found ? &found->target : nullptr, is_own_name(request, settings)},
                   call, warnings);
}

}  // namespace pgiam
