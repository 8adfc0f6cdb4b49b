// The cache: for each source its secret, when that is to be renewed, who is loading it, and the last
// failure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "clouds/provider.h"
#include "flow/fetch/flight.h"
#include "flow/fetch/renewal_times.h"
#include "flow/fetch/trust.h"
#include "ports/world.h"

namespace pgiam {

struct Entry {
  KeptSecretPtr secret;
  std::uint64_t generation = 0;  // counts the secrets of this source
  RenewalTimes times;
  Trust trust;
  // [0]: without prompts, [1]: a person may be asked. Null: nobody is loading.
  std::shared_ptr<Flight> flights[2];
  std::uint64_t last_use = 0;

  // What renews it: the source as a context that used it made it, and that context's world.
  SecretSource source;
  const World* world = nullptr;
  bool used = false;  // since it was loaded: what nobody uses is not renewed

  std::optional<Error> failure;  // of the last load; see why_it_failed
  Milliseconds next_try{0};      // on Clock::uptime(), after a failure
  int failures_since_end = 0;

  bool lives(Time now) const { return secret && (!secret->expires_at || *secret->expires_at > now); }
  // It is valid, and this user was not refused with it, or was and a new one would not help (trust.h).
  bool will_do_for(std::string_view user, Time now, const Clock& clock) const;
  bool is_loading() const { return flights[0] || flights[1]; }
  // For those who ask before it is time for another try.
  Error why_it_failed(Milliseconds uptime) const;
  bool is_renewable() const { return secret && secret->expires_at && secret->renewable; }
  // Replaces the old secret by one that was loaded. `renewing`: in the background.
  void keep(const KeptSecretPtr& loaded, const Flight& flight, const World& world, const Call& call,
            bool renewing);
  // Remembers a failure until the next try. Returns the pause until then; zero: it is not remembered.
  Milliseconds keep(const Error& failure, const Flight& flight, const World& world, const Call& call);
};

// All of it under the state lock. Limited in number: the longest unused is dropped first.
class Entries {
 public:
  Entry& use(const SecretSource& source, const World& world);
  Entry* find(const std::string& key);
  const Entry* find(const std::string& key) const;

  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }

 private:
  std::map<std::string, Entry> entries_;
  std::uint64_t uses_ = 0;
};

}  // namespace pgiam
