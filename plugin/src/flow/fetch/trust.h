// What servers said about the secrets of one source: which user was refused with which of them. A
// refusal may mean that the secret was revoked, or that this user may not log in with any. So a
// refusal is worth one fetch: a user who is refused with what came of it is not worth another until he
// was let in, or a secret came for some other reason. Who fetched in vain because the source itself
// failed tries again after a pause.
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

  // Was it with this generation that the user was refused last?
  bool is_refused(std::string_view user, std::uint64_t generation) const;
  // May another secret be fetched on account of this user's refusals?
  bool may_fetch_for(std::string_view user, Milliseconds uptime) const;
  // It was. `is_renewed`: what came is going to be renewed some time, without a refusal.
  void fetched_for(std::string_view user, bool is_renewed, Milliseconds uptime);
  // It could not be. `unit`, in [0, 1), spreads processes.
  void failed_for(std::string_view user, Milliseconds uptime, double unit);

  // A secret came that nobody's refusal was the reason for.
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
