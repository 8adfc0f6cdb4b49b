// The order of things before a connection; no other file knows it.
#include <algorithm>

#include "base/state_lock.h"
#include "flow/decide/given_password.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

constexpr std::size_t kMostPlans = 256;
// A token whose end is past by less may live on yet by the server's clock.
constexpr std::chrono::minutes kClockSkew{5};
// Longer limits are none, and would carry a clock past its end.
constexpr Milliseconds kLongestCall = std::chrono::hours{24};

}  // namespace

Flow::Flow(const World& world, std::span<const OptionValue> options,
           std::vector<std::unique_ptr<Cloud>> clouds, std::shared_ptr<Fetcher> fetcher)
    : world_(world),
      planner_(world, options, std::move(clouds), fetcher->handed_out()),
      fetcher_(std::move(fetcher)),
      files_(world) {}

Flow::~Flow() { fetcher_->leave(world_); }

Result<Reply> Flow::before_connect(const Request& request, const Begin& begin, bool may_be_late) {
  if (auto reply = find_reply(request)) return std::move(*reply);
  const std::stop_token stop = begin();
  const Milliseconds start = world_.clock.uptime();
  const auto plan = plan_for(request, begin_planning(request, start, stop));
  if (!plan) return plan.error();
  const Call call = begin_call(**plan, request, start, stop);
  if (auto reply = answer_without_cloud(*plan, request, call)) return std::move(*reply);
  const AskCloud& ask = *(*plan)->as<AskCloud>();
  if (may_be_late && ask.given == nullptr && has_to_be_fetched(ask, request, call))
    return Reply::late(*plan);
  Trace trace;
  const auto found = fetcher_->get(wanted(ask, request, call), trace);
  if (!found) return failed(**plan, found.error());
  return answer(*plan, *found, request, call.now);
}

std::shared_ptr<PendingReply> Flow::start(const Request& request, std::shared_ptr<const void> hold,
                                          std::stop_token stop, PendingReply::Wake wake) {
  if (auto reply = find_reply(request)) return std::make_shared<PendingReply>(std::move(*reply));
  auto pending =
      std::make_shared<PendingReply>(*this, request, std::move(hold), std::move(wake));
  pending->begin(std::move(stop));
  return pending;
}

Result<KeywordSettings> Flow::settings_of_token(const Request& request) const {
  return planner_.settings_of_token(request, begin_planning(request, world_.clock.uptime(), {}));
}

Result<std::shared_ptr<const Plan>> Flow::plan_for(const Request& request, const Call& planning) {
  const bool keep = may_be_kept(request);
  const std::string key = keep ? plan_key(request) : std::string();
  const Time now = world_.clock.now();
  if (keep && !request.refresh) {
    std::shared_ptr<const Plan> plan;
    {
      const StateLock lock;
      if (const KeptPlan* const kept = find_plan(key, now)) plan = kept->plan;
    }
    if (plan) {
      begin_connection(*plan);
      return plan;
    }
  }
  const std::uint64_t before = keep ? world_.environment.generation_of_all() : 0;
  auto made = planner_.make(request, planning);
  if (!made) return made.error();
  auto plan = std::make_shared<const Plan>(std::move(*made));
  begin_connection(*plan);  // first: it decides whether the warnings are wanted
  if (!plan->warning_lines.empty())
    world_.log.write(LogLevel::kWarn, "plan", plan->warning_lines);
  // One that was made in a hurry, or while variables changed, is nobody else's.
  const bool cut_short =
      planning.stop.stop_requested() || world_.clock.uptime() >= planning.deadline;
  const auto* ask = plan->as<AskCloud>();
  const bool holds_password = ask != nullptr && ask->given != nullptr;
  if (!keep || cut_short || holds_password) return plan;
  std::unordered_map<std::string, KeptPlan> outdated;  // goes after the lock
  KeptPlan kept{plan, world_.environment.generation(), now};
  if (world_.environment.generation_of_all() != before) return plan;
  const StateLock lock;
  if (plans_.size() >= kMostPlans) outdated.swap(plans_);
  std::swap(plans_[key], kept);
  return plan;
}

// What a plan wants of the log holds from here on: for this context, and until another connection
// of it begins that wants something else.
void Flow::begin_connection(const Plan& plan) const {
  const auto* not_ours = plan.as<NotOurs>();
  if (not_ours == nullptr) world_.log.follow_file(plan.log_level);
  if (not_ours == nullptr || not_ours->complaint.empty()) return;
  {
    const StateLock lock;
    if (last_complaint_ == not_ours->complaint) return;
    last_complaint_ = not_ours->complaint;
  }
  world_.log.write(LogLevel::kError, "rules", not_ours->complaint);
}

Call Flow::begin_planning(const Request& request, Milliseconds start, std::stop_token stop) const {
  const Milliseconds limit =
      request.timeout.count() > 0 ? request.timeout : planner_.time_without_rules(request);
  return call_until(limit, request, start, std::move(stop));
}

Call Flow::begin_call(const Plan& plan, const Request& request, Milliseconds start,
                      std::stop_token stop) const {
  const Milliseconds limit = request.timeout.count() > 0 ? request.timeout : plan.timeout;
  return call_until(limit, request, start, std::move(stop));
}

Call Flow::call_until(Milliseconds limit, const Request& request, Milliseconds start,
                      std::stop_token stop) const {
  Call call;
  call.now = world_.clock.now();
  call.deadline = start + std::min(limit, kLongestCall);
  call.stop = std::move(stop);
  call.host = request.host_link;
  call.has_person = call.may_prompt = !request.no_interaction && world_.prompt.available();
  return call;
}

// From the network or a program; all else is in memory, or in files that are soon read.
bool Flow::has_to_be_fetched(const AskCloud& ask, const Request& request, Call call) const {
  call.offline = true;
  call.has_person = call.may_prompt = false;
  Trace trace;
  const auto found = fetcher_->get(wanted(ask, request, call), trace);
  return !found && found.error().status == Status::kNetwork;
}

Wanted Flow::wanted(const AskCloud& ask, const Request& request, const Call& call) const {
  return {ask.source, world_, call, request.refresh, ask.password_key};
}

std::optional<Result<Reply>> Flow::answer_without_cloud(const std::shared_ptr<const Plan>& plan,
                                                        const Request& request, const Call& call) {
  if (const auto* file = plan->as<PasswordFromFile>())
    return answer_from_file(plan, *file, request, call);
  if (auto error = why_no_password(*plan)) return std::move(*error);
  return std::nullopt;
}

// Of a plan without a file.
std::optional<Error> Flow::why_no_password(const Plan& plan) const {
  if (const auto* not_ours = plan.as<NotOurs>())
    return not_ours->password_given ? users_password_wins(plan, plan.reason)
                                    : make_error(Status::kNotApplicable, plan.reason);
  if (const auto* refused = plan.as<Refused>()) return refused->error;
  // Before anything is fetched that could not be used.
  if (const auto& settings = plan.as<AskCloud>()->settings; !settings) return settings.error();
  return std::nullopt;
}

Error Flow::users_password_wins(const Plan& plan, std::string reason) const {
  world_.log.write(LogLevel::kInfo, "plan", plan.host + " gets no token: " + reason);
  Error error = make_error(Status::kNotApplicable, std::move(reason), kLeavePasswordOut);
  error.code = kPasswordGiven;
  return error;
}

// Without a secret of ours a token that was given is certainly not ours.
Error Flow::failed(const Plan& plan, Error why) const {
  const bool wins = plan.as<AskCloud>()->users_token_wins(nullptr);
  if (!wins || why.status == Status::kCancelled || why.status == Status::kNoMemory) return why;
  return users_password_wins(plan, kUsersTokenReason);
}

Result<Reply> Flow::answer(const std::shared_ptr<const Plan>& plan, const Found& found,
                           const Request& request, Time now) {
  const AskCloud& ask = *plan->as<AskCloud>();
  if (ask.users_token_wins(found.secret.get()))
    return users_password_wins(*plan, kUsersTokenReason);
  PasswordCache::Kept kept;
  if (!request.refresh) {
    const StateLock lock;
    kept = find_kept(ask, found.secret, now);
  }
  if (kept.password) return Reply(plan, std::move(kept.password), true, found.from_cache);
  return make_password(plan, std::move(kept.maker), found, request, now);
}

// Whoever keeps the file fresh decides what it holds. A token in it is sent as all tokens are;
// another password as the client itself would send it, unless the user speaks of TLS.
Result<Reply> Flow::answer_from_file(const std::shared_ptr<const Plan>& plan,
                                     const PasswordFromFile& file, const Request& request,
                                     const Call& call) {
  auto found = files_.password_for(file.source, request, call);
  if (!found) return found.error();
  const std::string_view text = found->password.reveal();
  const bool is_ours = is_password_of_ours(planner_.clouds(), text);
  const bool is_token = plan->settings.given(kTlsOption) || is_ours;
  const auto& settings = is_token ? file.settings_of_token : file.settings;
  if (!settings) return settings.error();
  const auto end = end_of(planner_.clouds(), text);
  if (end && world_.clock.now() > *end + kClockSkew)
    return make_error(Status::kNoCredentials,
                      found->file->path + " holds a token that expired at " + rfc3339(*end),
                      "see what keeps it fresh: is pgiam keep still running?");
  if (is_ours) fetcher_->handed_out().remember(text);
  auto password = std::make_shared<const MadePassword>(
      MadePassword{{std::move(found->password), {}, end.value_or(Time{})}, nullptr});
  return Reply(plan, std::move(found->file), std::move(password), is_token);
}

}  // namespace pgiam
