// Credentials that were found, kept for all contexts of the process, and fetched once for all who
// wait for the same ones.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "clouds/credentials.h"
#include "ports/clock.h"

namespace pgiam {

// A token is not handed out when it would die sooner than this and a fresher one can be had.
constexpr Seconds kLeastLife{60};

// Any thread. Wiped when its last holder lets go.
class CredentialCache {
 public:
  struct Found {
    CredentialsPtr credentials;
    bool from_cache = false;
  };

  // Those of `key`, from here while they live for another kLeastLife, else from `provider`. One
  // caller loads, the others wait, each as long as its own call allows; who may do with credentials
  // that still live does not wait. A failed refresh keeps what is still valid.
  Result<Found> get(const std::string& key, Provider& provider, const Clock& clock,
                    const Call& call, bool refresh, Trace& trace);

  // The server refused them: the next `get` loads anew, if that was not done within a minute.
  void distrust(const std::string& key, const CredentialsPtr& credentials, Milliseconds uptime);

  // What is kept for the key, if anything.
  CredentialsPtr peek(const std::string& key) const;

  // The one of this process.
  static std::shared_ptr<CredentialCache> shared();

 private:
  struct Flight;
  struct Entry {
    CredentialsPtr credentials;
    std::shared_ptr<Flight> flight;  // null: nobody is loading
    bool distrusted = false;
    std::optional<Milliseconds> last_distrust;  // on Clock::uptime()
    std::uint64_t last_use = 0;
  };
  class Leader;

  Result<CredentialsPtr> load_as_leader(const std::string& key, std::shared_ptr<Flight> flight,
                                        Provider& provider, const Call& call, Trace& trace);
  Entry& entry_for(const std::string& key);

  std::map<std::string, Entry> entries_;  // under the state lock, as all of it
  std::uint64_t uses_ = 0;
};

}  // namespace pgiam
