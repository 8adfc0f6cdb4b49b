#include "flow/plan.h"

#include <algorithm>

#include "base/state_lock.h"
#include "base/text.h"
#include "clouds/options.h"

namespace pgiam {
namespace {

std::string normal_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return to_lower(host);
}

bool is_weak(std::string_view sslmode) {
  return sslmode == "disable" || sslmode == "allow" || sslmode == "prefer";
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
  const auto home = world.environment.get_nonblank("HOME");
  if (home) return PasswordSource{&option, *home + std::string(path.substr(1))};
  return make_error(Status::kBadConfig,
                    std::string(option.key) + " = " + std::string(path) +
                        ", but there is no HOME to look in",
                    "give the whole path");
}

bool is_socket(std::string_view host) { return host.empty() || host[0] == '/' || host[0] == '@'; }

// What a token needs the client to set, since it is a password in clear text that anybody on the
// way could use: "" where the user's own sslmode will do.
Result<std::string> sslmode_for_token(const Request& request, const Settings& settings) {
  const std::string_view tls = settings.get(kTlsOption);
  if (tls == "off") return std::string();
  if (is_weak(request.sslmode))
    return make_error(
        Status::kInsecure,
        "sslmode=" + std::string(request.sslmode) + " could send the token without TLS",
        "use sslmode=require or better, or leave it out (tls = off takes the risk)");
  if (tls == "verify-full" && request.sslmode != "verify-full") return std::string(tls);
  if (tls == "require" && request.sslmode.empty()) return std::string(tls);
  return std::string();
}

}  // namespace

// The user's own password wins; a token of ours that came back as one is none.
bool Planner::user_gave_password(const Request& request, const Plan& plan) const {
  if (request.password.empty() || plan.settings.get_bool(kForceOption)) return false;
  return !is_password_of_ours(request.password);
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

bool Planner::recognise_name(const std::string& host, std::uint16_t port, Plan& plan) const {
  const std::string_view kind = plan.settings.get(kTargetOption);
  for (const auto& cloud : clouds_) {
    auto target = kind == "auto" ? cloud->recognise(host, port) : cloud->declare(kind, host, port);
    if (!target) continue;
    plan.cloud = cloud.get();
    plan.target = std::move(*target);
    plan.reason = plan.target.reason.empty() ? "target = " + std::string(kind) : plan.target.reason;
    return true;
  }
  return false;
}

// Follows the name to the endpoint's own and no further: what lies behind that ("ec2-…") is none.
bool Planner::recognise_alias(const std::string& host, std::uint16_t port, const Call& call,
                              Plan& plan) const {
  for (const std::string& name : aliases_.of(host, call)) {
    if (!recognise_name(name, port, plan)) continue;
    plan.reason = host + " is an alias in DNS, and " + plan.reason;
    return true;
  }
  return false;
}

// Finds the target; false, with the reason, where there is none.
bool Planner::recognise(const Request& request, const Call& call, bool may_resolve,
                        Plan& plan) const {
  if (is_socket(request.host)) {
    plan.reason = "a Unix-domain socket is never a cloud's endpoint";
    return false;
  }
  const std::string_view signing_host = plan.settings.get(kSigningHostOption);
  const std::string host = normal_host(signing_host.empty() ? request.host : signing_host);
  std::uint16_t port = request.port == 0 ? kPostgresPort : request.port;
  if (plan.settings.given(kSigningPortOption))
    port = static_cast<std::uint16_t>(plan.settings.get_int(kSigningPortOption));

  if (recognise_name(host, port, plan)) return true;
  plan.reason = host + " is not the name of a known kind of endpoint";
  if (!signing_host.empty()) {
    plan.refusal = make_error(Status::kTarget, "signing_host: " + plan.reason,
                              "check signing_host, or say what it is: target = " + example_of_target());
    return true;
  }
  // Names of other servers must not cost a look-up where a password says that it is not ours.
  if (!Aliases::worth_asking(host) || user_gave_password(request, plan)) return false;
  if (may_resolve) return recognise_alias(host, port, call, plan);
  plan.reason += " (whether it is an alias of one was not asked)";
  return false;
}

void Planner::complete_target(const Call& call, Plan& plan) const {
  auto done = plan.cloud->complete(plan.target, plan.settings, call, plan.warnings);
  if (!done) plan.refusal = done.error();
  for (const Error& warning : plan.warnings) {
    if (!plan.warning_lines.empty()) plan.warning_lines += '\n';
    plan.warning_lines += warning.message;
  }
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

void Planner::finish_for_file(const Request& request, Plan& plan) const {
  const std::string_view key = plan.file->option->key;
  plan.reason = std::string(key) + " = " + plan.file->path;
  if (plan.file->option == &kPgpassOption && request.user.empty()) {
    plan.refusal = make_error(Status::kInvalidArgument,
                              "no user is given to look for in " + plan.file->path,
                              "name the database user, e.g. user=app");
    return;
  }
  if (is_socket(request.host)) return;  // it does not leave the machine
  auto sslmode = sslmode_for_token(request, plan.settings);
  if (sslmode)
    plan.set_sslmode = std::move(*sslmode);
  else
    plan.insecure = sslmode.error();
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
  const Origin log = settings->origin(kLogOption);
  const bool of_file = log == Origin::kRule || log == Origin::kFileDefaults;
  world_.log.follow_file(of_file ? log_level_of(settings->get(kLogOption)) : std::nullopt);
  Plan plan;
  plan.settings = std::move(*settings);
  if (rule != nullptr) plan.rule = rule->name;
  plan.timeout = Milliseconds{plan.settings.get_int(kTimeoutMsOption)};
  return plan;
}

// Whose: of the kind that the option `target` names, of the host that is given, else of the first
// in the table.
const Cloud* Planner::cloud_for_credentials(const Request& request, const Plan& plan) const {
  Plan found;
  found.settings = plan.settings;
  if (recognise_name(normal_host(request.host), request.port, found)) return found.cloud;
  return clouds_.front().get();
}

Result<Plan> Planner::make_for_credentials(const Request& request, const Call& call) const {
  const auto file = rules_.read(call);
  if (!file) return file.error();
  auto plan = begin(request, **file);
  if (!plan) return plan;
  plan->cloud = cloud_for_credentials(request, *plan);
  auto source = plan->cloud->source(plan->settings, nullptr, call);
  if (!source) return source.error();
  plan->source = std::move(*source);
  return plan;
}

// Where the configuration file cannot be used: an error for what is ours by its very name. All
// other connections must not suffer from a hook that was left switched on: they pass through, and
// the log says so, once.
Result<Plan> Planner::make_without_rules(const Request& request, Error why) const {
  const std::string host = normal_host(request.host);
  const std::uint16_t port = request.port == 0 ? kPostgresPort : request.port;
  for (const auto& cloud : clouds_)
    if (!is_socket(host) && cloud->recognise(host, port)) return why;
  if (!why.hint.empty()) why.message += " (" + why.hint + ")";
  Plan plan;
  plan.reason =
      host + " is not the name of a known kind of endpoint, and there are no rules: " + why.message;
  std::string complaint =
      why.message + "; until that is mended connections go without pgiam, to endpoints they fail";
  {
    const StateLock lock;
    if (last_complaint_ == complaint) return plan;
    last_complaint_ = complaint;
  }
  world_.log.write(LogLevel::kError, "rules", complaint);
  return plan;
}

Result<Plan> Planner::make(const Request& request, const Call& call, bool may_resolve) const {
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
  plan.file = std::move(*source);
  plan.ours = plan.file || recognise(request, call, may_resolve, plan);
  if (call.stop.stop_requested()) return make_error(Status::kCancelled, "cancelled");
  if (!plan.ours || plan.refusal) return plan;
  if (user_gave_password(request, plan)) {
    plan.ours = false;
    plan.reason = "a password was given, and it is no token (force = yes would replace it)";
    return plan;
  }
  plan.sslrootcert = plan.settings.get(kSslRootCertOption);
  if (plan.file) {
    finish_for_file(request, plan);
    return plan;
  }
  if (request.user.empty()) {
    plan.refusal = make_error(Status::kInvalidArgument, "no user is given to make a token for",
                              "name the database user, e.g. user=app");
    return plan;
  }
  complete_target(call, plan);
  if (plan.refusal) return plan;
  auto sslmode = sslmode_for_token(request, plan.settings);
  if (!sslmode) {
    plan.refusal = sslmode.error();
    return plan;
  }
  plan.set_sslmode = std::move(*sslmode);
  plan.reuse = Seconds{plan.settings.get_int(kReuseSecondsOption)};
  plan.password_key = password_key(plan.target, request.user);
  auto credentials = plan.cloud->source(plan.settings, &plan.target, call);
  if (!credentials) {
    plan.refusal = credentials.error();
    return plan;
  }
  plan.source = std::move(*credentials);
  return plan;
}

}  // namespace pgiam
