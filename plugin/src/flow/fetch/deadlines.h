// Time limits of operations that wait without a thread: one thread ends them all.
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
  // Ends what is due. Returns the time until the next one is, or nothing if there is none.
  virtual std::optional<Milliseconds> check() noexcept = 0;
};

// Thread-safe. An operation that has ended has to be removed: its memory is not released before.
class Deadlines {
 public:
  Deadlines() : thread_([this] { return check(); }) {}
  // Again, with another time: replaces it.
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
