// Credentials that were found, kept for all contexts of the process, fetched once for all who wait
// for the same ones, and fetched anew ahead of their end.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "clouds/cloud.h"
#include "flow/renewal_times.h"
#include "flow/renewer.h"
#include "ports/world.h"

namespace pgiam {

// Any thread. Wiped when its last holder lets go.
class CredentialCache {
 public:
  struct Found {
    KeptSecretPtr secret;
    bool from_cache = false;
  };

  // Without `in_background`, whoever wants renewals calls renew_what_is_due.
  explicit CredentialCache(bool in_background = true)
      : in_background_(in_background), renewer_([this] { return renew_what_is_due(); }) {}
  CredentialCache(const CredentialCache&) = delete;
  CredentialCache& operator=(const CredentialCache&) = delete;
  ~CredentialCache();

  // Those of the source, from here while they are good for a token, else from its provider. One
  // caller loads, the others wait, each as long as its own call allows; who may do with credentials
  // that still live does not wait, and who may not be asked waits for nobody who is. A failed
  // refresh keeps what is still valid; when that has ended, all callers share its reason until it
  // is time for another try. What is in use is loaded anew in the background before it is urgent.
  Result<Found> get(const SecretSource& source, const World& world, const Call& call,
                    bool refresh, Trace& trace);

  // What its provider loads now, of which nothing is kept.
  Result<KeptSecretPtr> load_apart(const SecretSource& source, const World& world,
                                   const Call& call, Trace& trace);

  // The server refused them: the next `get` loads anew, if that was not done within a minute.
  void distrust(const std::string& key, const KeptSecretPtr& secret, Milliseconds uptime);

  // Nothing of that world is touched any more once this returns; what was found stays.
  void leave(const World& world);

  // What is kept for the key, if anything.
  KeptSecretPtr peek(const std::string& key) const;

  // What the background thread does; answers how long it may sleep then.
  Milliseconds renew_what_is_due();
  // Calls off what the thread does and ends it, for good. False if that took longer.
  bool stop_renewing(Milliseconds patience);

  // The one of this process.
  static std::shared_ptr<CredentialCache> shared();

 private:
  struct Flight;
  struct Renewal;
  class Leader;
  class FetchHere;
  struct Entry {
    KeptSecretPtr secret;
    RenewalTimes times;
    // One for those who may not be asked, one for those who may. Null: nobody is loading.
    std::shared_ptr<Flight> flights[2];
    bool distrusted = false;
    std::optional<Milliseconds> last_distrust;  // on Clock::uptime()
    std::uint64_t last_use = 0;

    // Who may renew them: a source of some context that used them, and that context's world.
    SecretSource source;
    const World* world = nullptr;
    bool used = false;  // since they came: what nobody uses is not renewed

    std::optional<Error> failure;  // of the last load
    Milliseconds next_try{0};      // on Clock::uptime(), after a failure
    int failures_since_end = 0;
  };

  struct Turn;
  Turn take_turn(const SecretSource& source, const World& world, const Call& call,
                 bool refresh);
  Result<Found> ask_or_wait(const SecretSource& source, const World& world, const Call& call,
                            bool refresh, Trace& trace);
  Result<Found> lead(Turn turn, const SecretSource& source, const World& world,
                     const Call& call, Trace& trace);
  std::optional<Result<Found>> follow(const Turn& turn, const World& world, const Call& call);
  // Loads, lands the flight and keeps the outcome.
  Result<KeptSecretPtr> load(const SecretSource& source, std::shared_ptr<Flight> flight,
                              const World& world, const Call& call, bool renewing, Trace& trace);
  void keep(Entry& entry, const KeptSecretPtr& loaded, Time now, bool renewing);
  void keep(Entry& entry, const Error& failure, const World& world, const Call& call);
  Entry& entry_for(const SecretSource& source, const World& world);
  std::shared_ptr<Renewal> next_renewal(Milliseconds& pause);
  void renew(const Renewal& renewal);
  static std::weak_ptr<CredentialCache>& living();
  static void stop_when_the_process_ends();

  const bool in_background_;

  std::map<std::string, Entry> entries_;  // under the state lock, as all of it
  std::uint64_t uses_ = 0;
  bool stopping_ = false;
  std::shared_ptr<Renewal> running_;  // null: the background thread renews nothing right now
  Renewer renewer_;                   // the last member: its thread uses the others
};

}  // namespace pgiam
