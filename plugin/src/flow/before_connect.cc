// The order of things before a connection; no other file knows it.
#include <algorithm>

#include "base/per_thread.h"
#include "base/state_lock.h"
#include "flow/attempt/keywords.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

// Files are looked at again this long after a plan was made from them.
constexpr Milliseconds kPlanLife{1000};
constexpr std::size_t kMostPlans = 256;
// A token whose end is past by less may live on yet by the server's clock.
constexpr std::chrono::minutes kClockSkew{5};
// Longer limits are none, and would carry a clock past its end.
constexpr Milliseconds kLongestCall = std::chrono::hours{24};

// One text for all requests that are the same_connection.
void write_plan_key(const Request& request, std::string& key) {
  key.clear();
  for (std::string_view part : {request.host, request.user, request.database, request.sslmode})
    key.append(part).push_back('\0');
  key.push_back(static_cast<char>(request.port >> 8));
  key.push_back(static_cast<char>(request.port & 255));
  for (const auto& [name, value] : request.options) {
    key.append(1, '\0').append(name);
    key.append(1, '\0').append(value);
  }
}

struct PlanKey {
  std::string text;  // keeps its memory for the next connection
};

}  // namespace

Flow::Flow(const World& world, std::span<const OptionValue> options,
           std::vector<std::unique_ptr<Cloud>> clouds, std::shared_ptr<CredentialCache> credentials)
    : world_(world),
      planner_(world, options, std::move(clouds)),
      credentials_(std::move(credentials)),
      files_(world) {}

Flow::~Flow() {
  count_change();  // another flow may come to stand at this address
  credentials_->leave(world_);
}

Result<Reply> Flow::before_connect(const Request& request, const Begin& begin) {
  const Moment moment{world_.clock.now(), world_.environment.generation(), change_count()};
  PerThread<LastAnswers> of_this_thread;
  LastAnswers& last_answers = of_this_thread.get();
  if (!request.refresh)
    if (const auto found = last_answers.find(this, request, moment))
      return answer(*found, request, moment.now);

  std::stop_token stop = begin();
  const Milliseconds start = world_.clock.uptime();
  const auto kept = plan_for(request, moment, start, stop);
  if (!kept) return kept.error();
  const Plan& plan = *kept->plan;
  if (!plan.ours) return make_error(Status::kNotApplicable, plan.reason);
  if (plan.refusal) return *plan.refusal;
  const Call call = begin_call(plan, request, start, std::move(stop));
  if (plan.file) return answer_from_file(kept->plan, request, call);
  // Before anything is fetched that could not be used.
  if (auto fits = settings_for(request, {true, plan.set_sslmode, plan.sslrootcert}); !fits)
    return fits.error();
  auto found = find_ingredients(kept->plan, request, call);
  if (!found) return found.error();
  auto reply = answer(*found, request, call.now);
  if (!reply || !request.password.empty()) return reply;
  found->password = reply->password();
  const Time plan_ends = moment.now + kPlanLife - (start - kept->made);
  const Time until = std::min(plan_ends, found->secret->expires_at.value_or(plan_ends));
  last_answers.keep(this, request, moment, until, *found);
  return reply;
}

Result<Flow::KeptPlan> Flow::plan_for(const Request& request, const Moment& moment,
                                      Milliseconds start, const std::stop_token& stop) {
  const bool keep = request.password.empty();
  PerThread<PlanKey> of_this_thread;
  std::string& key = of_this_thread.get().text;
  write_plan_key(request, key);
  if (keep && !request.refresh) {
    const StateLock lock;
    const auto found = plans_.find(key);
    if (found != plans_.end() && found->second.environment == moment.environment &&
        start - found->second.made < kPlanLife)
      return found->second;
  }
  auto made = planner_.make(request, begin_planning(request, start, stop));
  if (!made) return made.error();
  const KeptPlan kept{std::make_shared<const Plan>(std::move(*made)), moment.environment, start};
  if (!kept.plan->warnings.empty())
    world_.log.write(LogLevel::kWarn, "plan", kept.plan->warning_lines);
  if (!keep) return kept;
  std::unordered_map<std::string, KeptPlan> outdated;  // goes after the lock
  const StateLock lock;
  if (plans_.size() >= kMostPlans) outdated.swap(plans_);
  plans_[key] = kept;
  return kept;
}

Call Flow::begin_planning(const Request& request, Milliseconds start, std::stop_token stop) const {
  const Milliseconds limit =
      request.timeout.count() > 0 ? request.timeout : planner_.time_without_rules(request);
  return call_until(start + std::min(limit, kLongestCall), request, std::move(stop));
}

Call Flow::begin_call(const Plan& plan, const Request& request, Milliseconds start,
                      std::stop_token stop) const {
  const Milliseconds limit = request.timeout.count() > 0 ? request.timeout : plan.timeout;
  return call_until(start + std::min(limit, kLongestCall), request, std::move(stop));
}

Call Flow::call_until(Milliseconds deadline, const Request& request, std::stop_token stop) const {
  Call call;
  call.now = world_.clock.now();
  call.deadline = deadline;
  call.stop = std::move(stop);
  call.may_prompt = !request.no_interaction && world_.prompt.available();
  return call;
}

Result<Ingredients> Flow::find_ingredients(std::shared_ptr<const Plan> plan,
                                           const Request& request, const Call& call) {
  Trace trace;
  auto secret = credentials_->get(plan->source, world_, call, request.refresh, trace);
  if (!secret) return secret.error();
  PasswordPtr password;
  if (plan->reuse.count() > 0 && !request.refresh)
    password = passwords_.find(plan->password_key, secret->secret, call.now, plan->reuse);
  return Ingredients{std::move(plan), std::move(secret->secret), std::move(password)};
}

Result<Reply> Flow::answer(const Ingredients& found, const Request& request, Time now) {
  const Plan& plan = *found.plan;
  if (found.password) return Reply(found.plan, found.password, true);
  auto made = plan.cloud->password(plan.target, request.user, found.secret, now);
  if (!made) return made.error();
  if (const auto& end = found.secret->expires_at; end && *end < made->expires_at)
    made->expires_at = *end;
  auto password = std::make_shared<const Password>(std::move(*made));
  if (plan.reuse.count() > 0) passwords_.keep(plan.password_key, password);
  return Reply(found.plan, std::move(password), false);
}

// Whoever keeps the file fresh decides what it holds. A token in it is sent as all tokens are;
// another password as the client itself would send it, unless the user speaks of TLS.
Result<Reply> Flow::answer_from_file(std::shared_ptr<const Plan> plan, const Request& request,
                                     const Call& call) {
  auto found = files_.password_for(*plan->file, request, call);
  if (!found) return found.error();
  const std::string_view text = found->password.reveal();
  const bool needs_tls = plan->settings.given(kTlsOption) || planner_.is_password_of_ours(text);
  if (needs_tls && plan->insecure) return *plan->insecure;
  const auto end = planner_.end_of(text);
  if (end && world_.clock.now() > *end + kClockSkew)
    return make_error(Status::kNoCredentials,
                      found->file->path + " holds a token that expired at " + rfc3339(*end),
                      "see what keeps it fresh: is pgiam keep still running?");
  auto password = std::make_shared<const Password>(
      Password{std::move(found->password), {}, end.value_or(Time{}), {}, {}});
  return Reply(std::move(plan), std::move(found->file), std::move(password), needs_tls);
}

}  // namespace pgiam
