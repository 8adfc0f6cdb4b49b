#include "flow/fetch/fetcher.h"

#include <utility>

#include "flow/fetch/load.h"

namespace pgiam {

Fetcher::Fetcher(bool in_background)
    : in_background_(in_background), renewer_([this] { return renew_what_is_due(); }) {}

// What is remembered or kept for this user now, without a load. With the state lock held.
std::optional<Result<Found>> Fetcher::answer_from_memory(Entry& entry, const Wanted& wanted,
                                                         bool may_prompt) {
  const Call& call = wanted.call;
  const Milliseconds uptime = wanted.world.clock.uptime();
  const bool lives = entry.lives(call.now);
  const bool is_loading = entry.flights[may_prompt] != nullptr;
  const bool trusted =
      !wanted.refresh && entry.will_do_for(wanted.user, call.now, wanted.world.clock);
  const bool urgent = lives && entry.secret->expires_at && call.now >= entry.times.urgent;
  const bool too_soon =
      entry.failure && !wanted.refresh && !may_prompt && uptime < entry.next_try;
  if (lives && ((trusted && (!urgent || is_loading)) || too_soon)) return Found{entry.secret, true};
  if (too_soon) return entry.why_it_failed(uptime);
  return std::nullopt;
}

Fetcher::Joined Fetcher::join(const Wanted& wanted, bool may_prompt) {
  auto begun = std::make_shared<Flight>();
  Joined joined;
  const StateLock lock;
  Entry& entry = entries_.use(wanted.source, wanted.world);
  auto& flight = entry.flights[may_prompt];
  if (flight && flight->fork != fork_count()) keep_for_ever(std::exchange(flight, nullptr));
  if (entry.lives(wanted.call.now)) joined.current = entry.secret;
  joined.wake_renewer =
      joined.current && entry.is_renewable() && in_background_ && !renewer_.awake();
  joined.answer = answer_from_memory(entry, wanted, may_prompt);
  if (joined.answer) return joined;
  joined.lead = !flight;
  if (joined.lead) {
    if (entry.secret) joined.replaces = entry.secret->owner_id();
    if (joined.current && !wanted.refresh && entry.trust.is_refused(wanted.user, entry.generation))
      begun->refused_user = wanted.user;
    flight = std::move(begun);
  }
  joined.flight = flight;
  return joined;
}

const KeptSecretPtr* Fetcher::find_current(const std::string& key, std::string_view user, Time now,
                                           const Clock& clock) const {
  const Entry* const entry = entries_.find(key);
  return entry != nullptr && entry->will_do_for(user, now, clock) ? &entry->secret : nullptr;
}

Result<Found> Fetcher::get(const Wanted& wanted, Trace& trace) {
  if (wanted.call.offline) return get_offline(wanted, trace);
  SecretSearch search(*this, wanted);
  for (;;) {
    if (auto found = search.advance(trace)) return std::move(*found);
    search.wait();
  }
}

// Where the network is not to be used nobody else is to share what comes of it.
Result<Found> Fetcher::get_offline(const Wanted& wanted, Trace& trace) {
  {
    const StateLock lock;
    Entry& entry = entries_.use(wanted.source, wanted.world);
    if (auto answer = answer_from_memory(entry, wanted, false)) return std::move(*answer);
  }
  auto loaded = Load(*this, wanted.source, wanted.world, wanted.call).run_alone(trace);
  if (!loaded) return loaded.error();
  return Found{std::move(*loaded), false};
}

void Fetcher::accepted(const std::string& key, std::string_view user) {
  const StateLock lock;
  if (Entry* const entry = entries_.find(key)) entry->trust.accepted(user);
}

bool Fetcher::refused(const std::string& key, const KeptSecretPtr& secret, std::string_view user,
                      Milliseconds uptime) {
  const StateLock lock;
  Entry* const entry = entries_.find(key);
  if (entry == nullptr) return true;
  // It was replaced while the client was on its way with the old one.
  if (entry->secret != secret) return !entry->trust.is_refused(user, entry->generation);
  entry->trust.refused(user, entry->generation);
  return entry->is_loading() || entry->trust.may_fetch_for(user, uptime);
}

KeptSecretPtr Fetcher::peek(const std::string& key) const {
  const StateLock lock;
  const Entry* const entry = entries_.find(key);
  return entry == nullptr ? nullptr : entry->secret;
}

// With the state lock held. It outlives every thread.
std::weak_ptr<Fetcher>& Fetcher::living() {
  static auto* const living = new std::weak_ptr<Fetcher>;
  return *living;
}

std::shared_ptr<Fetcher> Fetcher::shared() {
  const StateLock lock;
  auto fetcher = living().lock();
  if (!fetcher) living() = fetcher = std::make_shared<Fetcher>();
  return fetcher;
}

}  // namespace pgiam
