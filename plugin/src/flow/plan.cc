#include "flow/plan.h"

#include <algorithm>

#include "base/text.h"
#include "clouds/options.h"
#include "flow/attempt/client_password.h"
#include "flow/attempt/host_list.h"
#include "flow/host_supplied.h"
#include "flow/pasted_host.h"

namespace pgiam {
namespace {

std::string normal_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return to_lower(host);
}

std::string password_key(const Target& target, std::string_view user) {
  std::string key = target.kind;
  for (std::string_view part : {std::string_view(target.host), user})
    key.append(1, '\0').append(part);
  for (const Target::Fact& fact : target.facts) key.append(1, '\0').append(fact.value);
  return key.append(1, '\0').append(std::to_string(target.port));
}

Result<PasswordSource> password_source(const World& world, const Option& option,
                                       std::string_view path) {
  if (!path.starts_with("~/")) return PasswordSource{&option, std::string(path)};
  const auto home = world.environment.home();
  if (home) return PasswordSource{&option, *home + std::string(path.substr(1))};
  return make_error(Status::kBadConfig,
                    std::string(option.key) + " = " + std::string(path) +
                        ", but no home is known to look in",
                    "give the whole path");
}

// DNS may hold any bytes; an endpoint's name goes into connection strings and rules.
bool is_plain_name(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == name.npos;
}

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

Result<SecretSource> source_for(const Cloud& cloud, const Settings& settings, const Target* target,
                                const Call& call) {
  const std::string_view identity = call.host != nullptr ? call.host->identity() : "";
  if (identity.empty()) return cloud.source(settings, target, call);
  return cloud.source_on(host_supplied(cloud, identity), settings, target, call);
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

std::uint16_t port_of(const Request& request) {
  return request.port == 0 ? kPostgresPort : request.port;
}

// Whether the client dials the endpoint by the name that its certificate has.
bool is_own_name(const Request& request, const Settings& settings) {
  const std::string_view endpoint = settings.get(kSigningHostOption);
  return endpoint.empty() || equals_ignore_case(endpoint, request.host);
}

std::uint16_t signing_port(const Request& request, const Settings& settings) {
  if (!settings.given(kSigningPortOption)) return port_of(request);
  return static_cast<std::uint16_t>(settings.get_int(kSigningPortOption));
}

// Whether a name that is none of an endpoint may stand for one all the same.
bool may_be_alias(const Request& request, const Plan& plan) {
  return !is_socket(request.host) && plan.as<Refused>() == nullptr &&
         plan.said_by != SaidBy::kUser && Aliases::worth_asking(normal_host(request.host));
}

}  // namespace

bool AskCloud::users_token_wins(const KeptSecret* secret) const {
  return given && !(secret && cloud->is_made_of(given->reveal(), *secret));
}

std::string users_token_reason() {
  return "a token was given that was not made here and has not expired (force = yes would replace it)";
}

const Cloud* Plan::cloud() const {
  if (const auto* ask = as<AskCloud>()) return ask->cloud;
  const auto* refused = as<Refused>();
  return refused != nullptr ? refused->cloud : nullptr;
}

const Target& Plan::target() const {
  static const Target& kNone = *new Target;  // threads may outlive main
  if (const auto* ask = as<AskCloud>()) return ask->target;
  const auto* refused = as<Refused>();
  return refused != nullptr ? refused->target : kNone;
}

// The user's own password wins, be it a token. One that has died, or that this process handed out,
// is none: clients give back what they were given.
Planner::GivenPassword Planner::given_password(const Request& request, const Settings& settings,
                                               const Call& call) const {
  using Kind = GivenPassword::Kind;
  if (settings.get_bool(kForceOption)) return {};
  Secret password = password_of_client(world_, request, call);
  if (password.empty()) return {};
  if (!is_password_of_ours(password.reveal())) return {Kind::kUsers, std::move(password)};
  const auto end = end_of(password.reveal());
  if ((end && *end <= call.now) || handed_out_.knows(password.reveal())) return {};
  return {Kind::kToken, std::move(password)};
}

bool Planner::is_password_of_ours(std::string_view text) const {
  return std::any_of(clouds_.begin(), clouds_.end(),
                     [&](const auto& cloud) { return cloud->is_password_of_ours(text); });
}

std::optional<Time> Planner::end_of(std::string_view text) const {
  for (const auto& cloud : clouds_)
    if (const auto end = cloud->end_of(text)) return end;
  return std::nullopt;
}

std::optional<Planner::Recognised> Planner::recognise_name(const std::string& host,
                                                           std::uint16_t port,
                                                           const Settings& settings) const {
  const std::string_view kind = settings.get(kTargetOption);
  for (const auto& cloud : clouds_)
    if (auto target =
            kind == "auto" ? cloud->recognise(host, port) : cloud->declare(kind, host, port))
      return Recognised{cloud.get(), std::move(*target)};
  return std::nullopt;
}

// Where something else was pasted than a host's name, and the name in it is an endpoint's. What was
// pasted may hold a password, so it is not repeated.
std::optional<Error> Planner::why_no_name(std::string_view host, const std::string& key,
                                          const Settings& settings) const {
  const PastedHost pasted = read_pasted_host(host);
  if (pasted.what.empty() || !recognise_name(pasted.name, kPostgresPort, settings))
    return std::nullopt;
  const std::string command =
      key + "=" + pasted.name + (pasted.port.empty() ? "" : " port=" + pasted.port);
  Error error = make_error(Status::kInvalidArgument,
                           key + " " + std::string(pasted.what) + ", where the name alone belongs",
                           "write " + command);
  error.code = "host_misspelt";
  error.commands = {command};
  return error;
}

// Finds the target by the name that was written, or that signing_host has; nothing, with the reason,
// where that is none.
std::optional<Planner::Recognised> Planner::recognise(const Request& request, Plan& plan) const {
  if (is_socket(request.host)) {
    plan.reason = "a Unix-domain socket is never a cloud's endpoint";
    return std::nullopt;
  }
  const std::string_view signing_host = plan.settings.get(kSigningHostOption);
  const std::string_view written = signing_host.empty() ? request.host : signing_host;
  const char* const key = signing_host.empty() ? "host" : "signing_host";
  if (auto why_not = why_no_name(written, key, plan.settings)) {
    plan.reason = why_not->message;
    plan.kind = Refused{std::move(*why_not)};
    return std::nullopt;
  }
  const std::string host = normal_host(written);
  if (!signing_host.empty()) plan.said_by = SaidBy::kUser;
  if (auto found = recognise_name(host, signing_port(request, plan.settings), plan.settings)) {
    if (written.ends_with('.'))
      plan.warnings.push_back(make_finding(
          "host_with_dot", std::string(key) + " ends with a dot: the token is made for " + host,
          {std::string(key) + "=" + host}));
    return found;
  }
  plan.reason = without_secrets(host) + " is not the name of a known kind of endpoint";
  if (!signing_host.empty())
    plan.kind = Refused{make_error(
        Status::kTarget, "signing_host: " + plan.reason,
        "check signing_host, or say what it is: target = " + example_of_target())};
  return std::nullopt;
}

// Follows the name to the endpoint's own and no further: what lies behind that ("ec2-…") is none.
std::optional<Planner::Recognised> Planner::recognise_alias(const Request& request, const Call& call,
                                                            bool may_resolve, Plan& plan) const {
  if (!may_resolve) {
    plan.reason += " (whether it is an alias of one was not asked)";
    return std::nullopt;
  }
  const std::string host = normal_host(request.host);
  const auto names = request.alias_of.empty()
                         ? aliases_.of(host, call)
                         : std::vector<std::string>{std::string(request.alias_of)};
  for (const std::string& name : names) {
    if (!is_plain_name(name)) continue;
    auto found = recognise_name(name, signing_port(request, plan.settings), plan.settings);
    if (!found) continue;
    plan.said_by = SaidBy::kDns;
    found->target.reason = host + " is an alias in DNS, and " + found->target.reason;
    return found;
  }
  return std::nullopt;
}

// The file of the user's own that is to give the password, if there is one; the nearer of two.
Result<std::optional<PasswordSource>> Planner::choose_file(const Settings& settings) const {
  const Option* chosen = nullptr;
  for (const Option* option : {&kPasswordFileOption, &kPgpassOption}) {
    if (!settings.given(*option) || settings.get(*option) == "none") continue;
    if (chosen != nullptr && settings.origin(*chosen) == settings.origin(*option))
      return make_error(Status::kBadConfig, "password_file and pgpass are both given",
                        "name the file that the password is to come from");
    if (chosen == nullptr || settings.origin(*chosen) < settings.origin(*option)) chosen = option;
  }
  if (chosen == nullptr) return std::optional<PasswordSource>();
  auto source = password_source(world_, *chosen, settings.get(*chosen));
  if (!source) return source.error();
  return std::optional(std::move(*source));
}

Result<ServerCa> Planner::choose_ca_by_name(const Request& request, const Settings& settings,
                                            bool may_be_installed, const Call& call,
                                            std::vector<Error>& warnings) const {
  const std::string_view endpoint = settings.get(kSigningHostOption);
  const auto found = recognise_name(normal_host(endpoint.empty() ? request.host : endpoint),
                                    signing_port(request, settings), settings);
  return choose_ca(world_,
                   {request, settings, clouds_, found && may_be_installed ? found->cloud : nullptr,
                    found ? &found->target : nullptr, is_own_name(request, settings)},
                   call, warnings);
}

void Planner::plan_file(PasswordSource source, const Request& request, const Call& call,
                        Plan& plan) const {
  const std::string_view key = source.option->key;
  plan.reason = std::string(key) + " = " + source.path;
  if (source.option == &kPgpassOption && request.user.empty()) {
    plan.kind = Refused{make_error(Status::kInvalidArgument,
                                   "no user is given to look for in " + source.path,
                                   "name the database user, e.g. user=app")};
    return;
  }
  auto ca = choose_ca_by_name(request, plan.settings, /*may_be_installed=*/false, call,
                              plan.warnings);
  if (!ca) {
    plan.kind = Refused{ca.error()};
    return;
  }
  plan.ca = std::move(*ca);
  PasswordFromFile file{std::move(source), {}, {}};
  PasswordDemands demands;
  demands.is_token = false;
  demands.sslrootcert = plan.ca.path;
  const auto sslmode = sslmode_for_token(request, plan.settings, plan.ca,
                                         is_own_name(request, plan.settings));
  const bool goes_out = !is_socket(request.host);  // what stays on the machine needs no TLS
  // Who names a CA to us speaks of TLS, whatever the password.
  if (goes_out && sslmode && !plan.ca.path.empty() && request.sslmode.empty())
    demands.sslmode = *sslmode;
  file.settings = file.settings_of_token = settings_for(request, demands);
  if (goes_out) {
    demands.is_token = true;
    if (sslmode) demands.sslmode = *sslmode;
    file.settings_of_token = sslmode ? settings_for(request, demands) : sslmode.error();
  }
  plan.kind = std::move(file);
}

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
  plan.port = request.port == 0 ? kPostgresPort : request.port;
  plan.given = given_keywords(request);
  if (rule != nullptr) plan.rule = rule->name;
  plan.rule_file = file.path;
  plan.timeout = Milliseconds{plan.settings.get_int(kTimeoutMsOption)};
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
  const auto found = recognise_name(normal_host(request.host), port_of(request), plan->settings);
  ask.cloud = found ? found->cloud : clouds_.front().get();
  auto source = source_for(*ask.cloud, plan->settings, nullptr, call);
  if (!source) return source.error();
  ask.source = std::move(*source);
  plan->kind = std::move(ask);
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
  plan.reason =
      without_secrets(host) + " is not the name of a known kind of endpoint, and there are no rules: " + why.message;
  plan.kind = NotOurs{why.message +
                      "; until that is mended connections go without pgiam, to endpoints they fail"};
  return plan;
}

Result<Plan> Planner::make(const Request& request, const Call& call, bool may_resolve) const {
  auto plan = decide(request, call, may_resolve);
  if (plan) plan->warning_lines = lines_of(plan->warnings);
  return plan;
}

Result<Plan> Planner::decide(const Request& request, const Call& call, bool may_resolve) const {
  const auto file = rules_.read(call);
  if (!file && file.error().status == Status::kCancelled) return file.error();
  if (!file) return make_without_rules(request, file.error());
  auto begun = begin(request, **file);
  if (!begun) return begun;
  Plan plan = std::move(*begun);
  if (plan.settings.get(kTargetOption) == "off") {
    plan.reason = "target = off";
    return plan;
  }
  auto source = choose_file(plan.settings);
  if (!source) return source.error();
  std::optional<Recognised> found;
  if (!*source) found = recognise(request, plan);
  const bool is_perhaps_alias = !*source && !found && may_be_alias(request, plan);
  GivenPassword given;
  if (*source || found || is_perhaps_alias) given = given_password(request, plan.settings, call);
  // Names of other servers must not cost a look-up where a password says that it is not ours.
  if (is_perhaps_alias && given.kind != GivenPassword::Kind::kUsers)
    found = recognise_alias(request, call, may_resolve, plan);
  if (call.stop.stop_requested()) return make_error(Status::kCancelled, "cancelled");
  if (!*source && !found) return plan;  // not ours, or refused
  const auto leave_to_users_password = [&](std::string reason) {
    plan.kind = NotOurs{"", true};
    plan.reason = std::move(reason);
    return std::move(plan);
  };
  if (given.kind == GivenPassword::Kind::kUsers)
    return leave_to_users_password(
        "a password was given, and it is no token (force = yes would replace it)");
  const bool is_token = given.kind == GivenPassword::Kind::kToken;
  if (is_token && *source) return leave_to_users_password(users_token_reason());
  if (is_token) {
    const std::string unfit =
        found->cloud->why_unfit(given.text.reveal(), found->target, request.user);
    if (!unfit.empty()) {
      plan.warnings.push_back(given_token_unfit(unfit));
      return leave_to_users_password(users_token_reason());
    }
  }
  if (*source) {
    plan_file(std::move(**source), request, call, plan);
    return plan;
  }
  plan.reason = found->target.reason.empty()
                    ? "target = " + std::string(plan.settings.get(kTargetOption))
                    : found->target.reason;
  plan_cloud(std::move(*found), request, call, may_resolve, plan);
  if (!is_token) return plan;
  auto* ask = std::get_if<AskCloud>(&plan.kind);
  // What cannot be done here is no reason to refuse what may do.
  if (ask == nullptr) return leave_to_users_password(users_token_reason());
  ask->given = std::make_shared<const Secret>(given.text);
  return plan;
}

}  // namespace pgiam
