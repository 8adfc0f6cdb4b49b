// Which user a server refused with which of a source's secrets. A refusal may mean that the secret was
// revoked, or that this user may not log in at all. So it is worth one fetch of a new secret; if the
// user is refused with that one too, there is no further fetch on that account until he was let in, or
// the secret was renewed for another reason. If the fetch itself failed, it is repeated after a pause.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace pgiam {

// A generation is a secret's number among those that came from the source. `user` is who was
// refused, and where. `uptime` is on Clock::uptime(). Not for several threads.
class Trust {
 public:
  void accepted(std::string_view user);
  void refused(std::string_view user, std::uint64_t generation);

  // Whether this generation is the one that the user was refused with last.
  bool is_refused(std::string_view user, std::uint64_t generation) const;
  // Whether another secret may be fetched on account of this user's refusals.
  bool may_fetch_for(std::string_view user, Milliseconds uptime) const;
  // It was fetched. `is_renewed`: the new one will be renewed before it expires, without a refusal.
  void fetched_for(std::string_view user, bool is_renewed, Milliseconds uptime);
  // It could not be fetched. `unit`, in [0, 1), spreads the tries of several processes.
  void failed_for(std::string_view user, Milliseconds uptime, double unit);

  // A secret was fetched for another reason than a refusal.
  void renewed();

 private:
  struct Record {
    std::uint64_t refused_generation = 0;
    Milliseconds next_fetch{0};  // not before
    int failures = 0;            // one after the other
  };
  const Record* find(std::string_view user) const;
  Record& record_of(std::string_view user);

  // Finds views without making a string of them.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, Record, Hash, std::equal_to<>> records_;
  std::uint64_t last_refused_ = 0;  // the latest generation that anybody was refused with
};

}  // namespace pgiam
