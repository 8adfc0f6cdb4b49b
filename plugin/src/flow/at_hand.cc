// An answer from memory: the kept plan, the kept secret, and a password that was kept or is made here.
#include "base/state_lock.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

// Files are looked at again this long after a plan was made from them.
constexpr Milliseconds kPlanLife{1000};

}  // namespace

// One text for all requests that get the same plan. Of a password only its kind matters, but telling
// the kind is the cloud's business: with one, no two are the same, and no plan is kept.
std::string Flow::plan_key(const Request& request) {
  std::string key;
  key.reserve(192);
  for (std::string_view part : {request.host, request.user, request.database, request.sslmode})
    key.append(part).push_back('\0');
  key.push_back(static_cast<char>(request.port >> 8));
  key.push_back(static_cast<char>(request.port & 255));
  for (const auto& [name, value] : request.options) {
    key.append(1, '\0').append(name);
    key.append(1, '\0').append(value);
  }
  for (const auto& [keyword, value] : request.keywords) {
    key.append(1, '\2').append(keyword);
    key.append(1, '\0').append(value);
  }
  for (std::string_view part : {request.hostaddr, request.alias_of, request.can_apply})
    key.append(1, '\3').append(part);
  if (request.host_link != nullptr) key.append(1, '\1').append(request.host_link->identity());
  return key;
}

bool Flow::may_be_kept(const Request& request) { return request.password.empty(); }

// The kept plan, if it is young enough. With the state lock held.
const Flow::KeptPlan* Flow::find_plan(const std::string& key, Milliseconds uptime) const {
  const auto found = plans_.find(key);
  if (found == plans_.end()) return nullptr;
  const KeptPlan& kept = found->second;
  const bool is_good = kept.environment == world_.environment.generation() &&
                       uptime >= kept.made && uptime - kept.made < kPlanLife;
  return is_good ? &kept : nullptr;
}

std::optional<Result<Reply>> Flow::find_reply(const Request& request) {
  if (request.refresh || !may_be_kept(request)) return std::nullopt;
  const std::string key = plan_key(request);
  const Milliseconds uptime = world_.clock.uptime();
  const Time now = world_.clock.now();
  std::shared_ptr<const Plan> plan;
  Found found{nullptr, true};
  PasswordPtr password;
  {
    const StateLock lock;
    const KeptPlan* const kept = find_plan(key, uptime);
    if (kept == nullptr) return std::nullopt;
    if (const auto* ask = kept->plan->as<AskCloud>()) {
      found.secret = fetcher_->find_current(ask->source.key, ask->password_key, now, uptime);
      if (!found.secret) return std::nullopt;
      if (ask->reuse.count() > 0)
        password = passwords_.find(ask->password_key, found.secret, now, ask->reuse);
    }
    plan = kept->plan;
  }
  if (plan->as<PasswordFromFile>() != nullptr) return std::nullopt;
  if (auto reply = answer_without_cloud(plan, request, Call())) return reply;
  if (password) return Reply(std::move(plan), std::move(password), true, true);
  return make_password(plan, found, request, now);
}

Result<Reply> Flow::make_password(const std::shared_ptr<const Plan>& plan, const Found& found,
                                  const Request& request, Time now) {
  const AskCloud& ask = *plan->as<AskCloud>();
  auto made = ask.cloud->password(ask.target, request.user, found.secret, now);
  if (!made) return made.error();
  if (const auto& end = found.secret->expires_at; end && *end < made->expires_at)
    made->expires_at = *end;
  fetcher_->handed_out().remember(made->text.reveal());
  auto password = std::make_shared<const Password>(std::move(*made));
  if (ask.reuse.count() > 0) passwords_.keep(ask.password_key, password);
  return Reply(plan, std::move(password), false, found.from_cache);
}

}  // namespace pgiam
