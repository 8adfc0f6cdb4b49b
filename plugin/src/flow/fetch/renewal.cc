// Renewal in the background of secrets that are in use, before they expire.
#include <algorithm>
#include <cstdlib>

#include "flow/fetch/load.h"

namespace pgiam {
namespace {

// A renewal in the background has no caller whose time limit could end it.
constexpr Milliseconds kRenewalLimit{60'000};
// The clock may be set and the machine may sleep, so what is due is looked at again this often.
constexpr Milliseconds kLongestSleep{600'000};
constexpr Milliseconds kPatienceAtExit{2'000};

}  // namespace

// A load in the background.
struct Fetcher::Renewal {
  const std::uint64_t fork = fork_count();
  SecretSource source;
  const World* world = nullptr;
  std::string replaces, owner;
  std::shared_ptr<Flight> flight;
  std::stop_source stop;
  std::condition_variable ended;
};

Fetcher::~Fetcher() {
  const StateLock lock;
  // The parent's threads may be waiting on their condition variables.
  const auto leave = [](auto& shared) {
    if (shared && shared->fork != fork_count()) keep_for_ever(std::exchange(shared, nullptr));
  };
  leave(running_);
  for (auto& [key, entry] : entries_)
    for (auto& flight : entry.flights) leave(flight);
}

// The renewal that is due, its flight begun; or nothing, and how long until one is.
std::shared_ptr<Fetcher::Renewal> Fetcher::next_renewal(Milliseconds& pause) {
  auto renewal = std::make_shared<Renewal>();
  auto begun = std::make_shared<Flight>();
  const StateLock lock;
  if (running_ && running_->fork != fork_count()) keep_for_ever(std::exchange(running_, nullptr));
  if (stopping_) return nullptr;
  for (auto& [key, entry] : entries_) {
    if (!entry.used || entry.world == nullptr || !entry.secret) continue;
    auto& flight = entry.flights[0];
    if (flight && flight->fork != fork_count()) keep_for_ever(std::exchange(flight, nullptr));
    const Clock& clock = entry.world->clock;
    const Time now = clock.now();
    // A load that is under way sets the next renewal itself; a secret that has expired is fetched
    // by whoever asks for it next.
    if (flight || !entry.is_renewable() || !entry.lives(now)) continue;
    Milliseconds wait = entry.times.ahead - now;
    if (entry.failure) wait = std::max(wait, entry.next_try - clock.uptime());
    if (wait.count() > 0) {
      pause = std::min(pause, wait);
      continue;
    }
    renewal->source = entry.source;
    renewal->world = entry.world;
    renewal->replaces = entry.secret->owner_id();
    renewal->owner = entry.secret->owner();
    renewal->flight = flight = std::move(begun);
    running_ = renewal;
    return renewal;
  }
  return nullptr;
}

void Fetcher::renew(Renewal& renewal) {
  const World& world = *renewal.world;
  Call call;
  call.now = world.clock.now();
  call.deadline = world.clock.uptime() + kRenewalLimit;
  call.stop = renewal.stop.get_token();
  Load load(*this, renewal.source, world, std::move(call), Load::Reason::kRenewal);
  load.lead(std::move(renewal.flight), std::move(renewal.replaces));
  Trace trace;
  const auto loaded = *load.run(trace);
  if (loaded)
    world.log.write(LogLevel::kInfo, "renew",
                    (*loaded)->owner() + " of " + (*loaded)->provider + " takes the place of " +
                        renewal.owner);
  else if (loaded.error().status != Status::kCancelled)
    world.log.write(LogLevel::kWarn, "renew",
                    renewal.owner + " could not be renewed yet: " + loaded.error().message);
}

Milliseconds Fetcher::renew_what_is_due() {
  // Wakes leave(), however the renewal ends.
  struct End {
    Fetcher& fetcher;
    std::shared_ptr<Renewal> renewal;
    ~End() {
      renewal->source = {};  // before leave() is told that its world is no longer in use
      const StateLock lock;
      fetcher.running_ = nullptr;
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

bool Fetcher::stop_renewing(Milliseconds patience) {
  std::stop_source stop(std::nostopstate);
  {
    const StateLock lock;
    stopping_ = true;
    if (running_ && running_->fork == fork_count()) stop = running_->stop;
  }
  stop.request_stop();
  return renewer_.stop(patience);
}

void Fetcher::leave(const World& world) noexcept {
  std::shared_ptr<Renewal> running;
  for (;;) {
    SecretSource left;  // goes after the lock
    const StateLock lock;
    const auto of_world = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
      return entry.second.world == &world;
    });
    if (of_world == entries_.end()) {
      if (running_ && running_->fork == fork_count() && running_->world == &world)
        running = running_;
      break;
    }
    std::swap(left, of_world->second.source);
    of_world->second.world = nullptr;
  }
  if (!running) return;
  running->stop.request_stop();  // runs callbacks, so not under the lock
  StateLock lock;
  running->ended.wait(lock.native(), [&] { return running_ != running; });
}

// Called after the first fetch, and so after libcrypto registered its own exit handler: handlers run
// in reverse order, and the thread must have left TLS before libcrypto cleans up.
void Fetcher::stop_when_the_process_ends() {
  const StateLock lock;
  static bool registered = false;
  if (std::exchange(registered, true)) return;
  std::atexit([] {
    std::shared_ptr<Fetcher> fetcher;
    {
      const StateLock fetcher_lock;
      fetcher = living().lock();
    }
    if (fetcher && !fetcher->stop_renewing(kPatienceAtExit))
      keep_for_ever(std::move(fetcher));  // the thread is still in it
  });
}

}  // namespace pgiam
