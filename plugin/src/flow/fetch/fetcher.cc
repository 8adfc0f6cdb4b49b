#include "flow/fetch/fetcher.h"

#include <algorithm>
#include <map>
#include <new>
#include <utility>

namespace pgiam {

// Lands the flight whatever happens, so that nobody waits for ever.
class Fetcher::Leader {
 public:
  Leader(Fetcher& fetcher, const std::string& key, std::shared_ptr<Flight> flight) noexcept
      : fetcher_(fetcher), key_(key), flight_(std::move(flight)) {}
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  // By an exception, for which there is no memory to make an error of: those who wait take their turn.
  ~Leader() {
    if (flight_) land(std::nullopt, [](Entry&, auto&) {});
  }

  // `keep` is told the entry, if it is still there, and the outcome.
  template <typename Keep>
  void land(std::optional<Result<KeptSecretPtr>> outcome, const Keep& keep) {
    const auto flight = std::exchange(flight_, nullptr);
    KeptSecretPtr replaced;  // wiped after the lock is released
    std::vector<std::shared_ptr<Wakeable>> sleepers;
    {
      const StateLock lock;
      Entry* const entry = fetcher_.entries_.find(key_);
      bool current = false;
      if (entry != nullptr)
        for (auto& slot : entry->flights)
          if (slot == flight) current = true, slot = nullptr;
      if (current) {
        replaced = entry->secret;
        try {
          keep(*entry, outcome);
        } catch (const std::bad_alloc&) {  // a failure, which is then not remembered
        }
      }
      flight->outcome = std::move(outcome);
      flight->ended = true;
      sleepers.swap(flight->sleepers);
    }
    flight->landed.notify_all();
    for (const auto& sleeper : sleepers) sleeper->wake();
  }

 private:
  Fetcher& fetcher_;
  const std::string& key_;
  std::shared_ptr<Flight> flight_;
};

// For a provider that rests on another source: that one's user, as it were, who is refused or let in
// by the service that is asked.
class Fetcher::FetchHere : public Fetch {
 public:
  // `refresh`: what is rested on is to be loaded anew as well.
  FetchHere(Fetcher& fetcher, const World& world, const std::string& user, bool refresh)
      : fetcher_(fetcher), world_(world), user_(user), refresh_(refresh) {}

  Result<KeptSecretPtr> get(const SecretSource& source, const Call& call, Trace& trace) override {
    Call inner = call;
    inner.replaces.clear();
    KeptSecretPtr& given = given_[source.key];
    const bool refresh = refresh_ && !given;
    if (given && given->owner_id() == call.replaces)
      fetcher_.refused(source.key, given, user_, world_.clock.uptime());
    auto found = fetcher_.get({source, world_, inner, refresh, user_}, trace);
    if (!found) return found.error();
    return given = std::move(found->secret);
  }
  // What was given served.
  void accept() {
    for (const auto& [key, secret] : given_)
      if (secret) fetcher_.accepted(key, user_);
  }

 private:
  Fetcher& fetcher_;
  const World& world_;
  const std::string& user_;
  const bool refresh_;
  std::map<std::string, KeptSecretPtr> given_;  // last, of each source
};

Fetcher::Fetcher(bool in_background)
    : in_background_(in_background), renewer_([this] { return renew_what_is_due(); }) {}

// What is remembered or kept for this user now, without a load. With the state lock held.
std::optional<Result<Found>> Fetcher::answer_from_memory(Entry& entry, const Wanted& wanted,
                                                         bool may_prompt) {
  const Call& call = wanted.call;
  const Milliseconds uptime = wanted.world.clock.uptime();
  const bool lives = entry.lives(call.now);
  const bool is_loading = entry.flights[may_prompt] != nullptr;
  const bool trusted = !wanted.refresh && entry.will_do_for(wanted.user, call.now, uptime);
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
                                           Milliseconds uptime) const {
  const Entry* const entry = entries_.find(key);
  return entry != nullptr && entry->will_do_for(user, now, uptime) ? &entry->secret : nullptr;
}

Result<Found> Fetcher::get(const Wanted& wanted, Trace& trace) {
  if (wanted.call.offline) return get_offline(wanted, trace);
  Search search(*this, wanted);
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
  FetchHere fetch(*this, wanted.world, wanted.source.key, false);
  auto loaded = wanted.source.provider->load(wanted.call, trace, fetch);
  if (!loaded) return loaded.error();
  return Found{std::move(*loaded), false};
}

Result<Found> Fetcher::lead(Joined joined, const Wanted& wanted, bool may_prompt, Trace& trace) {
  Call leading = wanted.call;
  leading.may_prompt = may_prompt;
  leading.replaces = std::move(joined.replaces);
  const auto reason = wanted.refresh ? Reason::kRefresh : Reason::kWanted;
  const auto loaded =
      load(wanted.source, std::move(joined.flight), wanted.world, leading, reason, trace);
  if (loaded) return Found{*loaded, false};
  if (joined.current && loaded.error().status != Status::kCancelled)
    return Found{joined.current, true};
  return loaded.error();
}

Result<KeptSecretPtr> Fetcher::load(const SecretSource& source, std::shared_ptr<Flight> flight,
                                    const World& world, const Call& call, Reason reason,
                                    Trace& trace) {
  const bool renewing = reason == Reason::kRenewal;
  bool to_be_renewed = false;
  Leader leader(*this, source.key, flight);
  FetchHere fetch(*this, world, source.key, reason == Reason::kRefresh);
  auto loaded = source.provider->load(call, trace, fetch);
  if (loaded) fetch.accept();
  leader.land(loaded, [&](Entry& entry, auto& outcome) {
    if (loaded) {
      entry.keep(*loaded, *flight, world, call, renewing);
    } else {
      Error told = loaded.error();
      const Milliseconds pause = entry.keep(told, *flight, world, call);
      told.retry_after_ms = std::max<std::int64_t>(told.retry_after_ms, pause.count());
      loaded = told;
      outcome = std::move(told);
    }
    to_be_renewed = entry.is_renewable();
  });
  if (to_be_renewed && in_background_ && !renewing) {
    stop_when_the_process_ends();
    renewer_.wake();
  }
  return loaded;
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
