// What would be done and why, for people and their tools.
#include <boost/json.hpp>

#include "clouds/options.h"
#include "flow/decide/pasted_host.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

namespace json = boost::json;

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string_view outcome_name(SourceTried::Outcome outcome) {
  switch (outcome) {
    case SourceTried::Outcome::kSkipped:
      return "skipped";
    case SourceTried::Outcome::kFailed:
      return "failed";
    case SourceTried::Outcome::kWon:
      return "won";
  }
  return "";
}

json::array describe_trace(const Trace& trace) {
  json::array list;
  const SourceTried* last = nullptr;
  for (const SourceTried& tried : trace) {
    // A source that rests on one of its own kind.
    if (last != nullptr && last->provider == tried.provider && last->outcome == tried.outcome &&
        last->detail == tried.detail)
      continue;
    last = &tried;
    list.push_back(json::object{{"provider", tried.provider},
                                {"outcome", outcome_name(tried.outcome)},
                                {"detail", tried.detail},
                                {"ms", tried.took.count()}});
  }
  return list;
}

json::array commands_of(const Error& error) {
  return json::array(error.commands.begin(), error.commands.end());
}

json::object describe_error(const Error& error) {
  json::array causes;
  for (const Error& cause : error.causes) causes.push_back(describe_error(cause));
  return {{"status", static_cast<std::int32_t>(error.status)},
          {"message", error.message},
          {"hint", error.hint},
          {"provider", error.provider},
          {"code", error.code},
          {"commands", commands_of(error)},
          {"causes", std::move(causes)}};
}

// For people as sentences, for programs with what they are called and what to type.
void add_warnings(json::object& object, const std::vector<Error>& warnings) {
  json::array& sentences = object["warnings"].as_array();
  json::array& findings = object["findings"].as_array();
  for (const Error& warning : warnings) {
    sentences.push_back(json::value(warning.message));
    findings.push_back(json::object{{"code", warning.code},
                                    {"message", warning.message},
                                    {"commands", commands_of(warning)}});
  }
}

// The clouds whose words an explanation speaks: the target's own, or all.
std::vector<const Cloud*> clouds_of(const Plan& plan, const Planner& planner) {
  if (const Cloud* cloud = plan.cloud()) return {cloud};
  std::vector<const Cloud*> clouds;
  for (const auto& cloud : planner.clouds()) clouds.push_back(cloud.get());
  return clouds;
}

json::value describe_permission(const Plan& plan, std::string_view user) {
  if (plan.cloud() == nullptr) return nullptr;
  const auto permission = plan.cloud()->permission(plan.target(), user);
  if (!permission) return nullptr;
  return json::object{{"action", permission->action}, {"resource", permission->resource}};
}

// Which account, profile or region the options name.
json::object describe_account(const Settings& settings) {
  json::object object;
  for (const Option* option : all_options())
    if (option->group == OptionGroup::kAccount && settings.given(*option))
      object[option->key] = json::value(settings.get(*option));
  return object;
}

std::string origin_of_ca(const Plan& plan) {
  switch (plan.ca.from) {
    case ServerCa::From::kNobody:
      return "";
    case ServerCa::From::kClient:
      return "client";
    case ServerCa::From::kOption:
      return std::string(origin_name(plan.settings.origin(kSslRootCertOption)));
    case ServerCa::From::kInstalled:
      return "installed";
  }
  return "";
}

// Who said which endpoint it is.
std::string origin_of_endpoint(const Plan& plan) {
  switch (plan.said_by) {
    case SaidBy::kName:
      return "endpoint";
    case SaidBy::kDns:
      return "dns";
    case SaidBy::kUser:
      return std::string(origin_name(plan.settings.origin(kSigningHostOption)));
  }
  return "";
}

json::object describe_connection(const Request& request, const Plan& plan,
                                 const std::vector<const Cloud*>& clouds) {
  const Target& target = plan.target();
  const bool known = plan.cloud() != nullptr;
  const std::string host = without_secrets(request.host);
  json::object object{
      {"target", known ? target.kind : std::string("none")},
      {"host", host},
      {"port", request.port == 0 ? kPostgresPort : request.port},
      {"user", request.user},
      {"signing_host", or_null(known ? target.host : "")},
      {"signing_port", known ? json::value(target.port) : json::value(nullptr)}};
  for (const Cloud* cloud : clouds)
    for (std::string_view key : cloud->fact_keys())
      object[key] = or_null(known ? target.fact(key) : "");
  object["signing_host_from"] = or_null(known ? origin_of_endpoint(plan) : "");
  const auto* ask = plan.as<AskCloud>();
  const bool is_elsewhere = ask != nullptr && ask->dial.is_elsewhere();
  object["dial_host"] = is_elsewhere ? json::value(ask->dial.host) : json::value(host);
  object["dial_hostaddr"] =
      or_null(is_elsewhere ? ask->dial.hostaddr : std::string(request.hostaddr));
  object["rule"] = or_null(plan.rule);
  object["account"] = describe_account(plan.settings);
  const bool is_by_installed = plan.ca.is_default;
  object["tls"] = json::value(is_by_installed ? kVerifyFull : plan.settings.get(kTlsOption));
  object["sslrootcert"] = or_null(plan.ca.path);
  object["sslrootcert_from"] = or_null(origin_of_ca(plan));
  const std::string* sslmode =
      ask != nullptr && ask->settings ? value_of(*ask->settings, "sslmode") : nullptr;
  object["sslmode"] = or_null(sslmode != nullptr ? *sslmode : std::string(request.sslmode));
  object["sslmode_from"] = or_null(sslmode == nullptr ? request.sslmode.empty() ? "" : "client"
                                   : is_by_installed ? "installed_ca"
                                   : *sslmode == plan.settings.get(kTlsOption) ? "tls"
                                                                               : "sslrootcert");
  object["timeout_ms"] = plan.timeout.count();
  object["reason"] = plan.reason;
  object["warnings"] = json::array();
  object["findings"] = json::array();
  add_warnings(object, plan.warnings);
  object["permission"] = describe_permission(plan, request.user);
  json::array& ca_commands = (object["ca_commands"] = json::array()).as_array();
  if (known)
    for (std::string_view command : plan.cloud()->ca_commands())
      ca_commands.push_back(json::value(command));
  return object;
}

SourceTried tried_file(const PasswordSource& source, const Result<PasswordFiles::Found>& found) {
  const std::string provider = source.option->key;
  if (found) return {provider, SourceTried::Outcome::kWon, "", {}};
  const bool none = found.error().status == Status::kNotApplicable;
  return {provider, none ? SourceTried::Outcome::kSkipped : SourceTried::Outcome::kFailed,
          found.error().message, {}};
}

json::object describe_secret(const KeptSecret* found, const Trace& trace,
                             const std::vector<const Cloud*>& clouds) {
  const std::string owner = found != nullptr ? found->owner() : "";
  json::object object{{"provider", or_null(found != nullptr ? found->provider : "")}};
  for (const Cloud* cloud : clouds) object[cloud->owner_key()] = or_null(owner);
  object["expires_at"] = or_null(
      found != nullptr && found->expires_at ? rfc3339(*found->expires_at) : std::string());
  object["tried"] = describe_trace(trace);
  object["owner"] = or_null(owner);
  return object;
}

}  // namespace

// By the very path of a connect, but that nobody is asked, and that no user's refusal counts.
Result<KeptSecretPtr> Flow::find_secret(const AskCloud& ask, const Request& request, Call call,
                                        Trace& trace) {
  call.has_person = call.may_prompt = false;
  call.offline = !request.resolve;
  auto found = fetcher_->get({ask.source, world_, call, request.refresh}, trace);
  if (!found) return found.error();
  if (trace.empty())
    trace.push_back({found->secret->provider, SourceTried::Outcome::kWon, "kept in memory", {}});
  return std::move(found->secret);
}

Result<Reply> Flow::explain(const Request& request, std::stop_token stop) {
  const Milliseconds start = world_.clock.uptime();
  auto made = planner_.make(request, begin_planning(request, start, stop), request.resolve);
  if (!made) return made.error();
  const Call call = begin_call(*made, request, start, std::move(stop));
  Trace trace;
  std::optional<Result<KeptSecretPtr>> found_secret;
  if (const auto* ask = made->as<AskCloud>()) {
    found_secret = find_secret(*ask, request, call, trace);
    if (ask->users_token_wins(*found_secret ? (*found_secret)->get() : nullptr)) {
      made->kind = NotOurs{"", true};
      made->reason = kUsersTokenReason;
    }
  }
  const auto plan = std::make_shared<const Plan>(std::move(*made));
  const std::vector<const Cloud*> clouds = clouds_of(*plan, planner_);
  json::object object = describe_connection(request, *plan, clouds);
  KeptSecretPtr secret;
  if (const auto* refused = plan->as<Refused>()) {
    object["error"] = describe_error(refused->error);
  } else if (const auto* file = plan->as<PasswordFromFile>()) {
    const auto found = files_.password_for(file->source, request, call);
    trace.push_back(tried_file(file->source, found));
    if (trace.back().outcome == SourceTried::Outcome::kFailed)
      object["error"] = describe_error(found.error());
  } else if (const auto* ask = plan->as<AskCloud>()) {
    if (!ask->settings)
      object["error"] = describe_error(ask->settings.error());
    else if (!*found_secret)
      object["error"] = describe_error(found_secret->error());
    if (*found_secret) secret = std::move(**found_secret);
    add_warnings(object, ask->cloud->warnings());
  }
  object["credentials"] = describe_secret(secret.get(), trace, clouds);

  return Reply(plan, json::serialize(object));
}

}  // namespace pgiam
