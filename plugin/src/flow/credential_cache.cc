#include "flow/credential_cache.h"

#include <algorithm>
#include <condition_variable>

#include "base/state_lock.h"

namespace pgiam {
namespace {

// More identities than this in one process are forgotten, the longest unused first.
constexpr std::size_t kMostEntries = 64;
constexpr Milliseconds kDistrustPause{60'000};

bool live_for(const Credentials& credentials, Time now, Milliseconds least) {
  return !credentials.expires_at || *credentials.expires_at - now > least;
}

}  // namespace

// One load, and all who wait for it.
struct CredentialCache::Flight {
  const std::uint64_t fork = fork_count();
  std::condition_variable_any landed;
  std::optional<Result<CredentialsPtr>> outcome;
};

// Lands the flight whatever happens, so that nobody waits for ever.
class CredentialCache::Leader {
 public:
  Leader(CredentialCache& cache, const std::string& key, std::shared_ptr<Flight> flight)
      : cache_(cache), key_(key), flight_(std::move(flight)) {}
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  ~Leader() {
    CredentialsPtr replaced;  // wiped after the lock is released
    {
      const StateLock lock;
      if (outcome_) replaced = *outcome_ ? **outcome_ : nullptr;
      const auto found = cache_.entries_.find(key_);
      if (found != cache_.entries_.end() && found->second.flight == flight_) {
        found->second.flight = nullptr;
        if (replaced) {
          found->second.distrusted = false;
          std::swap(found->second.credentials, replaced);
        }
      }
      flight_->outcome = outcome_ ? std::move(*outcome_)
                                  : make_error(Status::kInternal, "loading credentials broke off");
    }
    flight_->landed.notify_all();
  }

  void land(const Result<CredentialsPtr>& outcome) { outcome_ = outcome; }

 private:
  CredentialCache& cache_;
  const std::string& key_;
  const std::shared_ptr<Flight> flight_;
  std::optional<Result<CredentialsPtr>> outcome_;
};

CredentialCache::Entry& CredentialCache::entry_for(const std::string& key) {
  if (entries_.size() >= kMostEntries && entries_.find(key) == entries_.end()) {
    const auto idle = [](const auto& a, const auto& b) {
      return a.second.last_use < b.second.last_use;
    };
    const auto oldest = std::min_element(entries_.begin(), entries_.end(), idle);
    if (!oldest->second.flight) entries_.erase(oldest);
  }
  Entry& entry = entries_[key];
  entry.last_use = ++uses_;
  return entry;
}

Result<CredentialsPtr> CredentialCache::load_as_leader(const std::string& key,
                                                       std::shared_ptr<Flight> flight,
                                                       Provider& provider, const Call& call,
                                                       Trace& trace) {
  Leader leader(*this, key, std::move(flight));
  auto loaded = provider.load(call, trace);
  leader.land(loaded);
  return loaded;
}

Result<CredentialCache::Found> CredentialCache::get(const std::string& key, Provider& provider,
                                                    const Clock& clock, const Call& call,
                                                    bool refresh, Trace& trace) {
  for (;;) {
    std::shared_ptr<Flight> flight;
    CredentialsPtr current;
    std::string replaces;
    bool lead = false;
    {
      StateLock lock;
      Entry& entry = entry_for(key);
      current = entry.credentials;
      if (current && !live_for(*current, call.now, Milliseconds{0})) current = nullptr;
      if (current && !refresh && !entry.distrusted && live_for(*current, call.now, kLeastLife))
        return Found{current, true};

      if (entry.flight && entry.flight->fork != fork_count()) {
        // Its leader stayed behind in the parent. Never destroyed: a condition variable on which
        // the parent's threads wait must not be.
        static_cast<void>(new std::shared_ptr<Flight>(std::move(entry.flight)));
        entry.flight = nullptr;
      }
      lead = !entry.flight;
      if (lead) entry.flight = std::make_shared<Flight>();
      if (lead && entry.credentials) replaces = entry.credentials->access_key_id;
      flight = entry.flight;

      if (!lead && current && !refresh && !entry.distrusted) return Found{current, true};
      if (!lead) {
        const auto patience = call.deadline - clock.uptime();
        flight->landed.wait_for(lock.native(), call.stop, patience,
                                [&] { return flight->outcome.has_value(); });
        if (call.stop.stop_requested()) return make_error(Status::kCancelled, "cancelled");
        if (!flight->outcome)
          return make_error(Status::kTimeout, "another caller is still fetching the credentials");
        if (*flight->outcome) return Found{**flight->outcome, false};
        const Error& error = flight->outcome->error();
        // The leader ran out of its own time, or was called off: that says nothing about ours.
        if (error.status == Status::kTimeout || error.status == Status::kCancelled) continue;
        if (current) return Found{current, true};
        return error;
      }
    }
    Call leading = call;
    leading.replaces = std::move(replaces);
    auto loaded = load_as_leader(key, std::move(flight), provider, leading, trace);
    if (loaded) return Found{*loaded, false};
    if (current && loaded.error().status != Status::kCancelled) return Found{current, true};
    return loaded.error();
  }
}

void CredentialCache::distrust(const std::string& key, const CredentialsPtr& credentials,
                               Milliseconds uptime) {
  const StateLock lock;
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.credentials != credentials) return;
  Entry& entry = found->second;
  if (entry.last_distrust && uptime - *entry.last_distrust < kDistrustPause) return;
  entry.last_distrust = uptime;
  entry.distrusted = true;
}

CredentialsPtr CredentialCache::peek(const std::string& key) const {
  const StateLock lock;
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second.credentials;
}

std::shared_ptr<CredentialCache> CredentialCache::shared() {
  const StateLock lock;
  static auto* const living = new std::weak_ptr<CredentialCache>;  // outlives every thread
  auto cache = living->lock();
  if (!cache) *living = cache = std::make_shared<CredentialCache>();
  return cache;
}

}  // namespace pgiam
