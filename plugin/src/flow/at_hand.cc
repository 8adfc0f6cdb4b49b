// An answer from memory: the kept plan, the kept secret, and a password that was kept or is made here.
#include <cstring>

#include "base/state_lock.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

// Files are looked at again this long after a plan was made from them.
constexpr Milliseconds kPlanLife{1000};

[[gnu::noinline]] void add(std::string& key, char mark, std::string_view text) {
  key.push_back(mark);
  key.append(text);
}

}  // namespace

// One text for all requests that get the same plan. Of a password only its kind matters, but telling
// the kind is the cloud's business: with one, no two are the same, and no plan is kept.
std::string Flow::plan_key(const Request& request) {
  const std::string_view usual[] = {request.host,     request.user,     request.database,
                                    request.sslmode,  request.hostaddr, request.alias_of,
                                    request.can_apply};
  std::size_t size = sizeof request.port;
  for (std::string_view part : usual) size += part.size() + 1;
  std::string key(size, '\0');
  char* at = key.data();
  for (std::string_view part : usual) at += part.copy(at, part.size()) + 1;
  std::memcpy(at, &request.port, sizeof request.port);
  for (const auto& [name, value] : request.options) {
    add(key, '\0', name);
    add(key, '\0', value);
  }
  for (const auto& [keyword, value] : request.keywords) {
    add(key, '\2', keyword);
    add(key, '\0', value);
  }
  if (request.host_link != nullptr) add(key, '\1', request.host_link->identity());
  return key;
}

bool Flow::may_be_kept(const Request& request) { return request.password.empty(); }

// The kept plan, if it is young enough. With the state lock held.
const Flow::KeptPlan* Flow::find_plan(const std::string& key, Time now) const {
  const auto found = plans_.find(key);
  if (found == plans_.end()) return nullptr;
  const KeptPlan& kept = found->second;
  const bool is_good = kept.environment == world_.environment.generation() &&
                       now >= kept.made && now - kept.made < kPlanLife;
  return is_good ? &kept : nullptr;
}

std::optional<Result<Reply>> Flow::find_reply(const Request& request) {
  if (request.refresh || !may_be_kept(request)) return std::nullopt;
  const std::string key = plan_key(request);
  const Time now = world_.clock.now();
  std::shared_ptr<const Plan> plan;
  Found found{nullptr, true};
  PasswordCache::Kept kept;
  {
    const StateLock lock;
    const KeptPlan* const kept_plan = find_plan(key, now);
    if (kept_plan == nullptr) return std::nullopt;
    if (const auto* ask = kept_plan->plan->as<AskCloud>()) {
      const KeptSecretPtr* secret =
          fetcher_->find_current(ask->source.key, ask->password_key, now, world_.clock);
      if (secret == nullptr) return std::nullopt;
      kept = find_kept(*ask, *secret, now);
      if (!kept.password && !kept.maker) found.secret = *secret;
    }
    plan = kept_plan->plan;
  }
  if (plan->as<PasswordFromFile>() != nullptr) return std::nullopt;
  if (auto error = why_no_password(*plan)) return std::move(*error);
  if (kept.password) return Reply(std::move(plan), std::move(kept.password), true, true);
  return make_password(std::move(plan), std::move(kept.maker), found, request, now);
}

// The password that was made last if it may be given again, else what makes another; or nothing. With
// the state lock held.
PasswordCache::Kept Flow::find_kept(const AskCloud& ask, const KeptSecretPtr& secret,
                                    Time now) const {
  const PasswordCache::Kept* const kept = passwords_.find(ask.password_key, secret);
  if (kept == nullptr) return {};
  if (kept->password && may_be_given_again(*kept->password, now, ask.reuse))
    return {nullptr, kept->password};
  return {kept->maker, nullptr};
}

// `maker`: null where none is kept, and then there is a secret.
Result<Reply> Flow::make_password(std::shared_ptr<const Plan> plan, PasswordMakerPtr maker,
                                  const Found& found, const Request& request, Time now) {
  const AskCloud& ask = *plan->as<AskCloud>();
  auto made = maker ? maker->make(now) : std::nullopt;
  const bool is_new = !made;
  while (!made) {  // again where the cloud's time has become another day's meanwhile
    const KeptSecretPtr& secret = maker ? maker->made_of() : found.secret;
    auto another = ask.cloud->password_maker(ask.target, request.user, secret, now);
    if (!another) return another.error();
    made = (*another)->make(now);
    maker = std::move(*another);
  }
  if (const auto& end = maker->made_of()->expires_at; end && *end < made->expires_at)
    made->expires_at = *end;
  fetcher_->handed_out().remember(made->text.reveal());
  auto password =
      std::make_shared<const MadePassword>(MadePassword{std::move(*made), std::move(maker)});
  const bool is_reused = ask.reuse.count() > 0;
  if (is_new || is_reused)
    passwords_.keep(ask.password_key, {password->maker, is_reused ? password : nullptr});
  return Reply(std::move(plan), std::move(password), false, found.from_cache);
}

}  // namespace pgiam
