// What is kept of each source: its secret, when it is to be renewed, who loads it and how that went.
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
  std::uint64_t generation = 0;  // counts the secrets that came
  RenewalTimes times;
  Trust trust;
  // One for those who may not be asked, one for those who may. Null: nobody is loading.
  std::shared_ptr<Flight> flights[2];
  std::uint64_t last_use = 0;

  // Who may renew it: a source of some context that used it, and that context's world.
  SecretSource source;
  const World* world = nullptr;
  bool used = false;  // since it came: what nobody uses is not renewed

  std::optional<Error> failure;  // of the last load; see why_it_failed
  Milliseconds next_try{0};      // on Clock::uptime(), after a failure
  int failures_since_end = 0;

  bool lives(Time now) const { return secret && (!secret->expires_at || *secret->expires_at > now); }
  // It lives, and this user was not refused with it; or was, and another one would do no better.
  bool will_do_for(std::string_view user, Time now, const Clock& clock) const;
  bool is_loading() const { return flights[0] || flights[1]; }
  // What those are told who come before it is time for another try.
  Error why_it_failed(Milliseconds uptime) const;
  bool is_renewable() const { return secret && secret->expires_at && secret->renewable; }
  // A secret that was loaded takes the place of the old one. `renewing`: nobody asked for it.
  void keep(const KeptSecretPtr& loaded, const Flight& flight, const World& world, const Call& call,
            bool renewing);
  // Remembers a failure until it is time for another try. Answers how long that is; zero: not at all.
  Milliseconds keep(const Error& failure, const Flight& flight, const World& world, const Call& call);
};

// All of it under the state lock. More identities than a process has are forgotten, the longest
// unused first.
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
