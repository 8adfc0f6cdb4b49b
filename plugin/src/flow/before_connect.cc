// The order of things before a connection; no other file knows it.
#include "base/state_lock.h"
#include "base/text.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

// Files are looked at again this long after a plan was made from them.
constexpr Milliseconds kPlanLife{1000};
constexpr std::size_t kMostPlans = 256;

// All of the request that a plan depends on. Of a password only its kind matters, but telling the
// kind is the cloud's business; so requests that bring one are not kept.
std::string plan_key(const Request& request) {
  std::string key;
  key.reserve(256);
  for (std::string_view part : {request.host, request.user, request.database, request.sslmode})
    key.append(part).push_back('\0');
  key += std::to_string(request.port);
  for (const auto& [name, value] : request.options) {
    key.append(1, '\0').append(name);
    key.append(1, '\0').append(value);
  }
  return key;
}

std::string token_key(const Plan& plan, std::string_view user) {
  std::string key;
  key.reserve(256);
  for (std::string_view part :
       {std::string_view(plan.target.kind), std::string_view(plan.target.host),
        std::string_view(plan.target.region), user})
    key.append(part).push_back('\0');
  return key += std::to_string(plan.target.port);
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

// What the client must set to use the token.
std::vector<Param> client_params(const Plan& plan, const Token& token) {
  std::vector<Param> params;
  params.push_back({"password", token.text, true});
  if (!plan.set_sslmode.empty()) params.push_back({"sslmode", Secret(plan.set_sslmode), false});
  if (plan.settings.given(Option::kSslRootCert))
    params.push_back({"sslrootcert", Secret(plan.settings.get(Option::kSslRootCert)), false});
  return params;
}

}  // namespace

Flow::Flow(const World& world, std::span<const OptionValue> options,
           std::vector<std::unique_ptr<Cloud>> clouds, std::shared_ptr<CredentialCache> credentials)
    : world_(world),
      planner_(world, options, std::move(clouds)),
      credentials_(std::move(credentials)) {}

Result<Reply> Flow::before_connect(const Request& request, std::stop_token stop) {
  const auto plan = plan_for(request);
  if (!plan) return plan.error();
  if (!(*plan)->ours) return make_error(Status::kNotApplicable, (*plan)->reason);
  if ((*plan)->refusal) return *(*plan)->refusal;
  return answer(**plan, request, begin_call(**plan, request, std::move(stop)));
}

Result<std::shared_ptr<const Plan>> Flow::plan_for(const Request& request) {
  const std::uint64_t environment = world_.environment.generation();
  const Milliseconds uptime = world_.clock.uptime();
  const bool keep = request.password.empty();
  const std::string key = keep ? plan_key(request) : std::string();
  if (keep && !request.refresh) {
    const StateLock lock;
    const auto found = plans_.find(key);
    if (found != plans_.end() && found->second.environment == environment &&
        uptime - found->second.made < kPlanLife)
      return found->second.plan;
  }
  auto made = planner_.make(request);
  if (!made) return made.error();
  const auto plan = std::make_shared<const Plan>(std::move(*made));
  for (const std::string& warning : plan->warnings)
    world_.log.write(LogLevel::kWarn, "plan", warning);
  if (!keep) return plan;
  std::unordered_map<std::string, KeptPlan> outdated;  // goes after the lock
  const StateLock lock;
  if (plans_.size() >= kMostPlans) outdated.swap(plans_);
  plans_[key] = {plan, environment, uptime};
  return plan;
}

Call Flow::begin_call(const Plan& plan, const Request& request, std::stop_token stop) const {
  const Milliseconds limit = request.timeout.count() > 0
                                 ? request.timeout
                                 : Milliseconds{plan.settings.get_int(Option::kTimeoutMs)};
  Call call;
  call.now = world_.clock.now();
  call.deadline = world_.clock.uptime() + limit;
  call.stop = std::move(stop);
  call.may_prompt = !request.no_interaction && world_.prompt.available();
  return call;
}

Result<Reply> Flow::answer(const Plan& plan, const Request& request, const Call& call) {
  Trace trace;
  auto found = credentials_->get(plan.source.key, *plan.source.provider, world_.clock, call,
                                 request.refresh, trace);
  if (!found) return found.error();
  const CredentialsPtr& credentials = found->credentials;

  const std::string key = token_key(plan, request.user);
  const Seconds reuse{plan.settings.get_int(Option::kReuseSeconds)};
  auto token = request.refresh ? nullptr : tokens_.find(key, credentials, call.now, reuse);
  const bool reused = token != nullptr;
  if (!reused) {
    auto fresh = plan.cloud->sign(plan.target, request.user, credentials, call.now);
    if (!fresh) return fresh.error();
    if (credentials->expires_at && *credentials->expires_at < fresh->expires_at)
      fresh->expires_at = *credentials->expires_at;
    token = std::make_shared<const Token>(std::move(*fresh));
    tokens_.keep(key, credentials, token);
  }

  Reply reply;
  reply.params = client_params(plan, *token);
  reply.provider = credentials->provider;
  reply.principal = mask(credentials->access_key_id);
  reply.target = plan.target.name;
  reply.region = plan.target.region;
  reply.signing_host = plan.target.host;
  reply.signing_port = plan.target.port;
  reply.rule = plan.rule;
  reply.warning = joined_lines(plan.warnings);
  reply.token_expires_at = token->expires_at;
  reply.credentials_expire_at = credentials->expires_at;
  reply.from_cache = reused;
  reply.token_key = key;
  reply.source_key = plan.source.key;
  reply.credentials = credentials;
  return reply;
}

}  // namespace pgiam
