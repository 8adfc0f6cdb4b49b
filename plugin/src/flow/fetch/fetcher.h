// Keeps secrets for all contexts of the process, fetches each once for all who wait for it (single
// flight), and renews them before they expire.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "flow/fetch/background.h"
#include "flow/fetch/deadlines.h"
#include "flow/fetch/entries.h"
#include "flow/fetch/person_threads.h"
#include "flow/fetch/pool.h"
#include "flow/handed_out.h"
#include "ports/world.h"

namespace pgiam {

// What a caller wants. Borrowed.
struct Wanted {
  const SecretSource& source;
  const World& world;
  const Call& call;
  bool refresh = false;  // do not answer from the cache
  // Who logs in with it, and where: a server's refusal is remembered for them alone. "": nobody.
  std::string_view user = {};
};

struct Found {
  KeptSecretPtr secret;
  bool from_cache = false;
};

// Thread-safe. Secrets are wiped when the last holder releases them.
class Fetcher {
 public:
  // Without `in_background`, whoever wants renewals calls renew_what_is_due.
  explicit Fetcher(bool in_background = true);
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher();

  // The source's secret: from the cache while it is valid, else from its provider. One caller loads,
  // the others wait, each as long as its own call allows. A caller who has a secret that is still
  // valid does not wait, and a caller who may not prompt never waits behind one who does. A failed
  // refresh keeps what is still valid; after that has expired, all callers get the same error until
  // it is time to try again. What is in use is renewed in the background before it is urgent.
  Result<Found> get(const Wanted& wanted, Trace& trace);
  // The cached secret, if this user can log in with it now, even if it is due for renewal; or null.
  // With the state lock held.
  const KeptSecretPtr* find_current(const std::string& key, std::string_view user, Time now,
                                    const Clock& clock) const;

  // The server let the user in with it.
  void accepted(const std::string& key, std::string_view user);
  // The server refused the user with it: the user's next `get` finds another one, if there is
  // another, or fetches one, unless that was in vain before (trust.h). True if that is worth a try.
  // For all others nothing changes.
  bool refused(const std::string& key, const KeptSecretPtr& secret, std::string_view user,
               Milliseconds uptime);

  // After this returns nothing uses that world any more; cached secrets stay.
  void leave(const World& world) noexcept;

  // What is kept for the key, if anything.
  KeptSecretPtr peek(const std::string& key) const;

  // The work of the background thread; returns how long it may sleep then.
  Milliseconds renew_what_is_due();
  // Cancels a running renewal and ends the thread, for good. False if that took longer.
  bool stop_renewing(Milliseconds patience);

  // Threads to fetch on, for operations, whose callers do not block.
  Pool& pool() { return pool_; }
  Deadlines& deadlines() { return deadlines_; }
  // Passwords that were made of the secrets and given to a client.
  HandedOutPasswords& handed_out() { return handed_out_; }

  // The one of this process.
  static std::shared_ptr<Fetcher> shared();

 private:
  friend class SecretSearch;
  class Load;
  struct Renewal;
  // What a caller is to do: take the answer, lead a load, or wait for another's.
  struct Joined {
    std::optional<Result<Found>> answer;  // from the cache
    std::shared_ptr<Flight> flight;       // else: a load, to lead or to wait for
    bool lead = false;
    KeptSecretPtr current;  // still good, should the load fail
    std::string replaces;
    bool wake_renewer = false;  // nobody renews in this process yet
  };

  Joined join(const Wanted& wanted, bool may_prompt);
  std::optional<Result<Found>> answer_from_memory(Entry& entry, const Wanted& wanted,
                                                  bool may_prompt);
  Result<Found> get_offline(const Wanted& wanted, Trace& trace);
  std::shared_ptr<Renewal> next_renewal(Milliseconds& pause);
  void renew(Renewal& renewal);
  static std::weak_ptr<Fetcher>& living();
  static void stop_when_the_process_ends();

  const bool in_background_;

  HandedOutPasswords handed_out_;
  Entries entries_;  // under the state lock, as all of it
  bool stopping_ = false;
  PersonThreads person_threads_;
  std::shared_ptr<Renewal> running_;  // null: the background thread renews nothing right now
  Pool pool_;  // from here on their threads use the others
  Deadlines deadlines_;
  BackgroundThread renewer_;
};

// One caller's search for a secret, which may be suspended while it waits for another's load.
class SecretSearch {
 public:
  SecretSearch(Fetcher& fetcher, const Wanted& wanted);
  SecretSearch(const SecretSearch&) = delete;
  SecretSearch& operator=(const SecretSearch&) = delete;
  ~SecretSearch();

  // Loads, if this caller leads. Nothing: it waits for somebody else's load, or for what is in
  // Call::waits_for; call it again once that is complete, or the call is over.
  std::optional<Result<Found>> advance(Trace& trace);
  // Blocks until the other's load is complete, or the own call is over.
  void wait();

 private:
  std::optional<Result<Found>> join();
  std::optional<Result<Found>> lead(Trace& trace);
  std::optional<Result<Found>> outcome_of_flight();

  Fetcher& fetcher_;
  const Wanted wanted_;
  std::unique_ptr<Fetcher::Load> load_;  // that it leads
  std::shared_ptr<Flight> flight_;       // that it waits for
  KeptSecretPtr current_;                // still good, should either fail
  bool gave_up_ = false;                 // the own call timed out
  bool asking_ = false;                  // a person has to be asked
};

}  // namespace pgiam
