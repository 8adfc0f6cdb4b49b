#include "flow/fetch/entries.h"

#include <algorithm>

#include "base/random.h"

namespace pgiam {
namespace {

constexpr std::size_t kMostEntries = 64;

}  // namespace

bool Entry::will_do_for(std::string_view user, Time now) const {
  if (!lives(now)) return false;
  if (!trust.is_refused(user, generation)) return true;
  return !flights[0] && !flights[1] && !trust.may_fetch_for(user);
}

void Entry::keep(const KeptSecretPtr& loaded, const Flight& flight, Time now, bool renewing) {
  secret = loaded;
  ++generation;
  if (loaded->expires_at) times = renewal_times(now, *loaded->expires_at, random_unit());
  if (!flight.for_refusal) trust.renewed();
  used = !renewing;
  failure.reset();
  failures_since_end = 0;
}

void Entry::keep(const Error& error, const World& of, const Call& call) {
  // A first load may be tried again at once; and that a caller called it off or had little time
  // says nothing of the source.
  const Milliseconds uptime = of.clock.uptime();
  if (!secret || !secret->expires_at) return;
  if (error.status == Status::kCancelled || uptime >= call.deadline) return;
  const Milliseconds left = *secret->expires_at - of.clock.now();
  failure = error;
  next_try = uptime + (left.count() > 0
                           ? pause_while_alive(left, random_unit())
                           : pause_when_dead(++failures_since_end, error.status, random_unit()));
}

Entry& Entries::use(const SecretSource& source, const World& world) {
  if (entries_.size() >= kMostEntries && entries_.find(source.key) == entries_.end()) {
    const auto is_loading = [](const Entry& entry) { return entry.flights[0] || entry.flights[1]; };
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(), [&](const auto& a, const auto& b) {
          return std::pair(is_loading(a.second), a.second.last_use) <
                 std::pair(is_loading(b.second), b.second.last_use);
        });
    if (!is_loading(oldest->second)) entries_.erase(oldest);
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
