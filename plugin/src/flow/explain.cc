// What would be done and why, for people and their tools.
#include <boost/json.hpp>

#include "base/text.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

namespace json = boost::json;

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

std::string_view outcome_name(Attempt::Outcome outcome) {
  switch (outcome) {
    case Attempt::Outcome::kSkipped:
      return "skipped";
    case Attempt::Outcome::kFailed:
      return "failed";
    case Attempt::Outcome::kWon:
      return "won";
  }
  return "";
}

json::array tried(const Trace& trace) {
  json::array list;
  for (const Attempt& attempt : trace)
    list.push_back(json::object{{"provider", attempt.provider},
                                {"outcome", outcome_name(attempt.outcome)},
                                {"detail", attempt.detail},
                                {"ms", attempt.took.count()}});
  return list;
}

json::object describe_error(const Error& error) {
  json::array causes;
  for (const Error& cause : error.causes) causes.push_back(describe_error(cause));
  return {{"status", static_cast<std::int32_t>(error.status)},
          {"message", error.message},
          {"hint", error.hint},
          {"provider", error.provider},
          {"causes", std::move(causes)}};
}

json::object describe_connection(const Request& request, const Plan& plan) {
  const bool known = plan.ours && plan.cloud != nullptr;
  json::array warnings;
  if (!plan.warning.empty())
    for (std::string_view line : split(plan.warning, '\n')) warnings.push_back(json::value(line));
  const std::string tls(plan.settings.get(kTlsOption));
  return {{"target", known ? plan.target.kind : std::string("none")},
          {"host", request.host},
          {"port", request.port == 0 ? kPostgresPort : request.port},
          {"user", request.user},
          {"signing_host", or_null(known ? plan.target.host : "")},
          {"signing_port", known ? json::value(plan.target.port) : json::value(nullptr)},
          {"region", or_null(known ? plan.target.region : "")},
          {"region_from", or_null(plan.region_from)},
          {"rule", or_null(plan.rule)},
          {"tls", tls},
          {"timeout_ms", plan.timeout.count()},
          {"reason", plan.reason},
          {"warnings", std::move(warnings)}};
}

Attempt attempt_of(const PasswordSource& source, const Result<PasswordFiles::Found>& found) {
  const std::string provider = source.option->key;
  if (found) return {provider, Attempt::Outcome::kWon, "", {}};
  const bool none = found.error().status == Status::kNotApplicable;
  return {provider, none ? Attempt::Outcome::kSkipped : Attempt::Outcome::kFailed,
          found.error().message, {}};
}

json::object describe_credentials(const Credentials* found, const Trace& trace) {
  json::object object{{"provider", nullptr}, {"access_key_id", nullptr}, {"expires_at", nullptr}};
  if (found != nullptr) {
    object["provider"] = found->provider;
    object["access_key_id"] = mask(found->access_key_id);
    if (found->expires_at) object["expires_at"] = rfc3339(*found->expires_at);
  }
  object["tried"] = tried(trace);
  return object;
}

}  // namespace

Result<Reply> Flow::explain(const Request& request, std::stop_token stop) {
  auto made = planner_.make(request, request.resolve);
  if (!made) return made.error();
  const auto plan = std::make_shared<const Plan>(std::move(*made));

  json::object object = describe_connection(request, *plan);
  if (plan->refusal) object["error"] = describe_error(*plan->refusal);
  Trace trace;
  CredentialsPtr credentials;
  if (plan->ours && plan->file && !plan->refusal) {
    const auto found = files_.password_for(*plan->file, request);
    trace.push_back(attempt_of(*plan->file, found));
    if (trace.back().outcome == Attempt::Outcome::kFailed)
      object["error"] = describe_error(found.error());
  } else if (plan->ours && !plan->refusal) {
    Call call = begin_call(*plan, request, world_.clock.uptime(), std::move(stop));
    call.may_prompt = false;
    call.offline = !request.resolve;
    auto loaded = plan->source.provider->load(call, trace);
    if (loaded)
      credentials = *loaded;
    else
      object["error"] = describe_error(loaded.error());
    if (const std::string warning = plan->cloud->warning(); !warning.empty())
      object["warnings"].as_array().push_back(json::value(warning));
  }
  object["credentials"] = describe_credentials(credentials.get(), trace);

  return Reply(plan, json::serialize(object));
}

}  // namespace pgiam
