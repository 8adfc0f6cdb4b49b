// Who waits without a thread still has a time that is up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "flow/fetch/background.h"

namespace pgiam {

class Deadline {
 public:
  virtual ~Deadline() = default;
  // Ends what is due. Answers how long until there is something to do, or that there is nothing
  // any more.
  virtual std::optional<Milliseconds> check() noexcept = 0;
};

// Any thread. Who has ended is to be removed: its memory stays as long as it is here.
class Deadlines {
 public:
  Deadlines() : thread_([this] { return check(); }) {}
  // Once more: with another time.
  void add(const std::shared_ptr<Deadline>& deadline, Milliseconds left);
  void remove(const Deadline& deadline) noexcept;
  std::size_t count() const;

 private:
  Milliseconds check();

  using Known = std::map<const Deadline*, std::weak_ptr<Deadline>>;
  Known deadlines_;                                 // under the state lock
  std::uint64_t fork_ = 0;                          // so too: whose they are
  std::chrono::steady_clock::time_point next_{};    // so too
  BackgroundThread thread_;                         // the last member: it uses the others
};

}  // namespace pgiam
