#include "flow/credential_cache.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>

#include "base/random.h"
#include "base/state_lock.h"
#include "base/text.h"

namespace pgiam {
namespace {

// More identities than this in one process are forgotten, the longest unused first.
constexpr std::size_t kMostEntries = 64;
constexpr Milliseconds kDistrustPause{60'000};
// A renewal in the background has no caller whose patience could end.
constexpr Milliseconds kRenewalLimit{60'000};
// Clocks are set and machines sleep: so often it is looked again what is due.
constexpr Milliseconds kLongestSleep{600'000};
constexpr Milliseconds kPatienceAtExit{2'000};

bool alive(const KeptSecret& secret, Time now) {
  return !secret.expires_at || *secret.expires_at > now;
}

bool is_renewable(const KeptSecret& secret) {
  return secret.expires_at && secret.renewable;
}

// The parent's threads may be waiting on its condition variable.
template <typename Shared>
void leave_to_the_parent(std::shared_ptr<Shared>& shared) {
  keep_for_ever(std::exchange(shared, nullptr));
}

}  // namespace

// One load, and all who wait for it.
struct CredentialCache::Flight {
  const std::uint64_t fork = fork_count();
  std::condition_variable_any landed;
  std::optional<Result<KeptSecretPtr>> outcome;
};

// A load in the background.
struct CredentialCache::Renewal {
  const std::uint64_t fork = fork_count();
  SecretSource source;
  const World* world = nullptr;
  std::string replaces;
  std::shared_ptr<Flight> flight;
  std::stop_source stop;
  std::condition_variable ended;
};

// Lands the flight whatever happens, so that nobody waits for ever.
class CredentialCache::Leader {
 public:
  Leader(CredentialCache& cache, const std::string& key, std::shared_ptr<Flight> flight)
      : cache_(cache), key_(key), flight_(std::move(flight)) {}
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  ~Leader() {
    if (flight_)
      land(make_error(Status::kInternal, "loading credentials broke off"), [](Entry&) {});
  }

  // `keep` is told the entry, if it is still there.
  template <typename Keep>
  void land(Result<KeptSecretPtr> outcome, const Keep& keep) {
    const auto flight = std::exchange(flight_, nullptr);
    KeptSecretPtr replaced;  // wiped after the lock is released
    {
      const StateLock lock;
      const auto found = cache_.entries_.find(key_);
      if (found != cache_.entries_.end()) {
        Entry& entry = found->second;
        bool current = false;
        for (auto& slot : entry.flights)
          if (slot == flight) current = true, slot = nullptr;
        replaced = entry.secret;
        if (current) keep(entry);
      }
      flight->outcome = std::move(outcome);
    }
    flight->landed.notify_all();
  }

 private:
  CredentialCache& cache_;
  const std::string& key_;
  std::shared_ptr<Flight> flight_;
};

// For a provider that rests on another source.
class CredentialCache::FetchHere : public Fetch {
 public:
  FetchHere(CredentialCache& cache, const World& world) : cache_(cache), world_(world) {}
  Result<KeptSecretPtr> get(const SecretSource& source, const Call& call, Trace& trace) override {
    Call inner = call;
    inner.replaces.clear();
    auto found = cache_.get(source, world_, inner, false, trace);
    if (!found) return found.error();
    return std::move(found->secret);
  }

 private:
  CredentialCache& cache_;
  const World& world_;
};

// What a caller is to do about an entry.
struct CredentialCache::Turn {
  std::optional<Result<Found>> answer;  // nothing more
  std::shared_ptr<Flight> flight;       // else: a load, to lead or to wait for
  bool lead = false;
  KeptSecretPtr current;  // still good, should the load fail
  std::string replaces;
  bool wake = false;  // nobody renews in this process yet
};

CredentialCache::~CredentialCache() {
  const StateLock lock;
  const auto leave = [](auto& shared) {
    if (shared && shared->fork != fork_count()) leave_to_the_parent(shared);
  };
  leave(running_);
  for (auto& [key, entry] : entries_)
    for (auto& flight : entry.flights) leave(flight);
}

CredentialCache::Entry& CredentialCache::entry_for(const SecretSource& source,
                                                   const World& world) {
  if (entries_.size() >= kMostEntries && entries_.find(source.key) == entries_.end()) {
    const auto idle = [](const auto& a, const auto& b) {
      return a.second.last_use < b.second.last_use;
    };
    const auto oldest = std::min_element(entries_.begin(), entries_.end(), idle);
    if (!oldest->second.flights[0] && !oldest->second.flights[1]) entries_.erase(oldest);
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

CredentialCache::Turn CredentialCache::take_turn(const SecretSource& source,
                                                 const World& world, const Call& call,
                                                 bool refresh) {
  const StateLock lock;
  Entry& entry = entry_for(source, world);
  Turn turn;
  if (entry.secret && alive(*entry.secret, call.now)) turn.current = entry.secret;
  turn.wake = turn.current && is_renewable(*turn.current) && in_background_ && !renewer_.awake();

  const bool trusted = turn.current && !refresh && !entry.distrusted;
  const bool urgent = turn.current && turn.current->expires_at && call.now >= entry.times.urgent;
  const bool too_soon = entry.failure && !refresh && !call.may_prompt &&
                        world.clock.uptime() < entry.next_try;
  auto& flight = entry.flights[call.may_prompt];
  if (flight && flight->fork != fork_count()) leave_to_the_parent(flight);

  if (turn.current && ((trusted && (!urgent || flight)) || too_soon)) {
    turn.answer = Found{turn.current, true};
    return turn;
  }
  if (too_soon) {
    turn.answer = *entry.failure;
    return turn;
  }
  turn.lead = !flight;
  if (turn.lead) flight = std::make_shared<Flight>();
  if (turn.lead && entry.secret) turn.replaces = entry.secret->owner_id();
  turn.flight = flight;
  return turn;
}

Result<CredentialCache::Found> CredentialCache::get(const SecretSource& source,
                                                    const World& world, const Call& call,
                                                    bool refresh, Trace& trace) {
  if (!call.may_prompt) return ask_or_wait(source, world, call, refresh, trace);
  Call quiet = call;
  quiet.may_prompt = false;
  auto found = ask_or_wait(source, world, quiet, refresh, trace);
  // Only now is it known that a person must act; whom nobody may ask has waited for no answer.
  if (!found && found.error().status == Status::kLoginRequired)
    found = ask_or_wait(source, world, call, refresh, trace);
  return found;
}

Result<KeptSecretPtr> CredentialCache::load_apart(const SecretSource& source, const World& world,
                                                  const Call& call, Trace& trace) {
  FetchHere fetch(*this, world);
  return source.provider->load(call, trace, fetch);
}

Result<CredentialCache::Found> CredentialCache::ask_or_wait(const SecretSource& source,
                                                            const World& world, const Call& call,
                                                            bool refresh, Trace& trace) {
  for (;;) {
    Turn turn = take_turn(source, world, call, refresh);
    if (turn.wake) renewer_.wake();
    if (turn.answer) return std::move(*turn.answer);
    if (turn.lead) return lead(std::move(turn), source, world, call, trace);
    if (auto landed = follow(turn, world, call)) return *landed;
  }
}

Result<CredentialCache::Found> CredentialCache::lead(Turn turn, const SecretSource& source,
                                                     const World& world, const Call& call,
                                                     Trace& trace) {
  Call leading = call;
  leading.replaces = std::move(turn.replaces);
  const auto loaded = load(source, std::move(turn.flight), world, leading, false, trace);
  if (loaded) return Found{*loaded, false};
  if (turn.current && loaded.error().status != Status::kCancelled)
    return Found{turn.current, true};
  return loaded.error();
}

// Nothing: the load says nothing about ours, so it is our turn again.
std::optional<Result<CredentialCache::Found>> CredentialCache::follow(const Turn& turn,
                                                                      const World& world,
                                                                      const Call& call) {
  StateLock lock;
  const auto& outcome = turn.flight->outcome;
  turn.flight->landed.wait_for(lock.native(), call.stop, call.deadline - world.clock.uptime(),
                               [&] { return outcome.has_value(); });
  if (call.stop.stop_requested()) return make_error(Status::kCancelled, "cancelled");
  if (!outcome)
    return make_error(Status::kTimeout, "another caller is still fetching the credentials");
  if (*outcome) return Found{**outcome, false};
  const Error& error = outcome->error();
  // Its leader ran out of its own time, or was called off.
  if (error.status == Status::kTimeout || error.status == Status::kCancelled) return std::nullopt;
  if (turn.current) return Found{turn.current, true};
  return error;
}

Result<KeptSecretPtr> CredentialCache::load(const SecretSource& source,
                                             std::shared_ptr<Flight> flight, const World& world,
                                             const Call& call, bool renewing, Trace& trace) {
  bool to_be_renewed = false;
  Leader leader(*this, source.key, std::move(flight));
  FetchHere fetch(*this, world);
  auto loaded = source.provider->load(call, trace, fetch);
  leader.land(loaded, [&](Entry& entry) {
    if (loaded)
      keep(entry, *loaded, call.now, renewing);
    else
      keep(entry, loaded.error(), world, call);
    to_be_renewed = entry.secret && is_renewable(*entry.secret);
  });
  if (to_be_renewed && in_background_ && !renewing) {
    stop_when_the_process_ends();
    renewer_.wake();
  }
  return loaded;
}

void CredentialCache::keep(Entry& entry, const KeptSecretPtr& loaded, Time now,
                           bool renewing) {
  if (entry.secret) count_change();
  entry.secret = loaded;
  if (loaded->expires_at) entry.times = renewal_times(now, *loaded->expires_at, random_unit());
  entry.used = !renewing;
  entry.distrusted = false;
  entry.failure.reset();
  entry.failures_since_end = 0;
}

void CredentialCache::keep(Entry& entry, const Error& failure, const World& world,
                           const Call& call) {
  // A first load may be tried again at once; and that a caller called it off or had little time
  // says nothing of the source.
  const Milliseconds uptime = world.clock.uptime();
  if (!entry.secret || !entry.secret->expires_at) return;
  if (failure.status == Status::kCancelled || uptime >= call.deadline) return;
  const Milliseconds left = *entry.secret->expires_at - world.clock.now();
  entry.failure = failure;
  entry.next_try = uptime + (left.count() > 0
                                 ? pause_while_alive(left, random_unit())
                                 : pause_when_dead(++entry.failures_since_end, failure.status,
                                                   random_unit()));
}

void CredentialCache::distrust(const std::string& key, const KeptSecretPtr& secret,
                               Milliseconds uptime) {
  const StateLock lock;
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.secret != secret) return;
  Entry& entry = found->second;
  if (entry.last_distrust && uptime - *entry.last_distrust < kDistrustPause) return;
  entry.last_distrust = uptime;
  entry.distrusted = true;
  count_change();
}

// The renewal that is due, its flight begun; or nothing, and how long until one is.
std::shared_ptr<CredentialCache::Renewal> CredentialCache::next_renewal(Milliseconds& pause) {
  const StateLock lock;
  if (running_ && running_->fork != fork_count()) leave_to_the_parent(running_);
  if (stopping_) return nullptr;
  for (auto& [key, entry] : entries_) {
    if (!entry.used || entry.world == nullptr || !entry.secret) continue;
    auto& flight = entry.flights[0];
    if (flight && flight->fork != fork_count()) leave_to_the_parent(flight);
    const Clock& clock = entry.world->clock;
    const Time now = clock.now();
    // What somebody fetches already is looked at again when he has done so; what has died is the
    // business of whoever wants it next.
    if (flight || !is_renewable(*entry.secret) || !alive(*entry.secret, now)) continue;
    Milliseconds wait = entry.times.ahead - now;
    if (entry.failure) wait = std::max(wait, entry.next_try - clock.uptime());
    if (wait.count() > 0) {
      pause = std::min(pause, wait);
      continue;
    }
    flight = std::make_shared<Flight>();
    running_ = std::make_shared<Renewal>();
    running_->source = entry.source;
    running_->world = entry.world;
    running_->replaces = entry.secret->owner_id();
    running_->flight = flight;
    return running_;
  }
  return nullptr;
}

void CredentialCache::renew(const Renewal& renewal) {
  const World& world = *renewal.world;
  Call call;
  call.now = world.clock.now();
  call.deadline = world.clock.uptime() + kRenewalLimit;
  call.stop = renewal.stop.get_token();
  call.replaces = renewal.replaces;
  Trace trace;
  const auto loaded = load(renewal.source, renewal.flight, world, call, true, trace);
  const std::string old = mask(renewal.replaces);
  if (loaded)
    world.log.write(LogLevel::kInfo, "renew",
                    (*loaded)->owner() + " of " + (*loaded)->provider +
                        " takes the place of " + old);
  else if (loaded.error().status != Status::kCancelled)
    world.log.write(LogLevel::kWarn, "renew",
                    old + " could not be renewed yet: " + loaded.error().message);
}

Milliseconds CredentialCache::renew_what_is_due() {
  // Tells whoever wants to leave, whatever happens.
  struct End {
    CredentialCache& cache;
    std::shared_ptr<Renewal> renewal;
    ~End() {
      renewal->source = {};  // before anybody is told that nothing of theirs is in use
      const StateLock lock;
      cache.running_ = nullptr;
      renewal->ended.notify_all();
    }
  };
  for (;;) {
    Milliseconds pause = kLongestSleep;
    auto due = next_renewal(pause);
    if (!due) return pause;
    const End end{*this, std::move(due)};
    renew(*end.renewal);
  }
}

bool CredentialCache::stop_renewing(Milliseconds patience) {
  std::stop_source stop(std::nostopstate);
  {
    const StateLock lock;
    stopping_ = true;
    if (running_ && running_->fork == fork_count()) stop = running_->stop;
  }
  stop.request_stop();
  return renewer_.stop(patience);
}

void CredentialCache::leave(const World& world) {
  std::vector<SecretSource> left;  // go after the lock
  std::shared_ptr<Renewal> running;
  {
    const StateLock lock;
    for (auto& [key, entry] : entries_) {
      if (entry.world != &world) continue;
      left.push_back(std::exchange(entry.source, {}));
      entry.world = nullptr;
    }
    if (running_ && running_->fork != fork_count()) leave_to_the_parent(running_);
    if (running_ && running_->world == &world) running = running_;
  }
  if (!running) return;
  running->stop.request_stop();  // runs callbacks, so not under the lock
  StateLock lock;
  running->ended.wait(lock.native(), [&] { return running_ != running; });
}

KeptSecretPtr CredentialCache::peek(const std::string& key) const {
  const StateLock lock;
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second.secret;
}

// With the state lock held. It outlives every thread.
std::weak_ptr<CredentialCache>& CredentialCache::living() {
  static auto* const living = new std::weak_ptr<CredentialCache>;
  return *living;
}

std::shared_ptr<CredentialCache> CredentialCache::shared() {
  const StateLock lock;
  auto cache = living().lock();
  if (!cache) living() = cache = std::make_shared<CredentialCache>();
  return cache;
}

// Called when something was fetched, so after libcrypto asked to be called at the end: what is
// registered later is called earlier, and the thread must not be in the midst of TLS then.
void CredentialCache::stop_when_the_process_ends() {
  const StateLock lock;
  static bool registered = false;
  if (std::exchange(registered, true)) return;
  std::atexit([] {
    std::shared_ptr<CredentialCache> cache;
    {
      const StateLock cache_lock;
      cache = living().lock();
    }
    if (cache && !cache->stop_renewing(kPatienceAtExit))
      keep_for_ever(std::move(cache));  // the thread is still in it
  });
}

}  // namespace pgiam
