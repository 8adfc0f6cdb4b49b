// Secrets: kept for all contexts of the process, fetched once for all who wait for the same one, and
// fetched anew ahead of their end.
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
  bool refresh = false;  // what is kept will not do
  // Who is to log in with it, and where: a server's refusal is remembered for them alone. "": nobody.
  std::string_view user = {};
};

struct Found {
  KeptSecretPtr secret;
  bool from_cache = false;
};

// Any thread. Wiped when its last holder lets go.
class Fetcher {
 public:
  // Without `in_background`, whoever wants renewals calls renew_what_is_due.
  explicit Fetcher(bool in_background = true);
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher();

  // The source's secret, from here while it is good for a password, else from its provider. One
  // caller loads, the others wait, each as long as its own call allows; who may do with a secret
  // that still lives does not wait, and who may not be asked waits for nobody who is. A failed
  // refresh keeps what is still valid; when that has ended, all callers share its reason until it
  // is time for another try. What is in use is loaded anew in the background before it is urgent.
  Result<Found> get(const Wanted& wanted, Trace& trace);
  // What is kept and will do for this user now, even if it is to be renewed; or null. With the state
  // lock held.
  const KeptSecretPtr* find_current(const std::string& key, std::string_view user, Time now,
                                    const Clock& clock) const;

  // The server let the user in with it.
  void accepted(const std::string& key, std::string_view user);
  // The server refused the user with it: the user's next `get` finds another one, if there is
  // another, or fetches one, unless that was in vain before (trust.h). True if that is worth a try.
  // For all others nothing changes.
  bool refused(const std::string& key, const KeptSecretPtr& secret, std::string_view user,
               Milliseconds uptime);

  // Nothing of that world is touched any more once this returns; what was found stays.
  void leave(const World& world) noexcept;

  // What is kept for the key, if anything.
  KeptSecretPtr peek(const std::string& key) const;

  // What the background thread does; answers how long it may sleep then.
  Milliseconds renew_what_is_due();
  // Calls off what the thread does and ends it, for good. False if that took longer.
  bool stop_renewing(Milliseconds patience);

  // Threads to fetch on, for those who do not wait on their own.
  Pool& pool() { return pool_; }
  Deadlines& deadlines() { return deadlines_; }
  // What was made of the secrets, and given to a client.
  HandedOutPasswords& handed_out() { return handed_out_; }

  // The one of this process.
  static std::shared_ptr<Fetcher> shared();

 private:
  friend class SecretSearch;
  class Load;
  struct Renewal;
  // How a caller stands to a source: it has its answer, leads a load, or waits for one.
  struct Joined {
    std::optional<Result<Found>> answer;  // memory has it
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

// One caller's way to a secret: goes on until it has one, or has to wait.
class SecretSearch {
 public:
  SecretSearch(Fetcher& fetcher, const Wanted& wanted);
  SecretSearch(const SecretSearch&) = delete;
  SecretSearch& operator=(const SecretSearch&) = delete;
  ~SecretSearch();

  // Loads, if it is its turn. Nothing: it waits for somebody else's load, or for what stands in
  // Call::waits_for; it is to go on once that is there, or the call is over.
  std::optional<Result<Found>> advance(Trace& trace);
  // Blocks until somebody else's load has come to an end, or the own call has.
  void wait();

 private:
  std::optional<Result<Found>> join();
  std::optional<Result<Found>> lead(Trace& trace);
  std::optional<Result<Found>> land();

  Fetcher& fetcher_;
  const Wanted wanted_;
  std::unique_ptr<Fetcher::Load> load_;  // that it leads
  std::shared_ptr<Flight> flight_;       // that it waits for
  KeptSecretPtr current_;                // still good, should either fail
  bool gave_up_ = false;                 // the own time was up
  bool asking_ = false;                  // it is known that a person must act
};

}  // namespace pgiam
