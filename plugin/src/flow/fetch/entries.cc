#include "flow/fetch/entries.h"

#include <algorithm>

#include "base/random.h"

namespace pgiam {
namespace {

constexpr std::size_t kMostEntries = 64;

}  // namespace

bool Entry::will_do_for(std::string_view user, Time now, const Clock& clock) const {
  if (!lives(now)) return false;
  if (!trust.is_refused(user, generation)) return true;
  return !is_loading() && !trust.may_fetch_for(user, clock.uptime());
}

void Entry::keep(const KeptSecretPtr& loaded, const Flight& flight, const World& of,
                 const Call& call, bool renewing) {
  secret = loaded;
  ++generation;
  if (loaded->expires_at) times = renewal_times(call.now, *loaded->expires_at, random_unit());
  if (flight.refused_user.empty())
    trust.renewed();
  else
    trust.fetched_for(flight.refused_user, loaded->expires_at.has_value(), of.clock.uptime());
  used = !renewing;
  failure.reset();
  failures_since_end = 0;
}

Error Entry::why_it_failed(Milliseconds uptime) const {
  Error why = *failure;
  why.retry_after_ms = (next_try - uptime).count();
  return why;
}

Milliseconds Entry::keep(const Error& error, const Flight& flight, const World& of, const Call& call) {
  const Milliseconds uptime = of.clock.uptime();
  // For all other users the old secret is still good, so the failure is not theirs.
  if (!flight.refused_user.empty()) {
    trust.failed_for(flight.refused_user, uptime, random_unit());
    return {};
  }
  // A first load may be tried again at once; and a caller who cancelled or had little time says
  // nothing about the source.
  if (!secret || !secret->expires_at) return {};
  if (error.status == Status::kCancelled || uptime >= call.deadline) return {};
  const Milliseconds left = *secret->expires_at - of.clock.now();
  failure = error;
  const Milliseconds pause =
      left.count() > 0 ? pause_while_alive(left, random_unit())
                       : pause_when_dead(++failures_since_end, error.status, random_unit());
  next_try = uptime + pause;
  return pause;
}

Entry& Entries::use(const SecretSource& source, const World& world) {
  if (entries_.size() >= kMostEntries && entries_.find(source.key) == entries_.end()) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(), [&](const auto& a, const auto& b) {
          return std::pair(a.second.is_loading(), a.second.last_use) <
                 std::pair(b.second.is_loading(), b.second.last_use);
        });
    if (!oldest->second.is_loading()) entries_.erase(oldest);
  }
  Entry& entry = entries_[source.key];
  entry.last_use = ++uses_;
  entry.used = true;
  if (entry.world == nullptr) {
    entry.source = source;
    entry.world = &world;
  }
  return entry;
}

Entry* Entries::find(const std::string& key) {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

const Entry* Entries::find(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace pgiam
