// An event that happens once, and all who wait for it: threads that block, and operations that are
// woken.
#pragma once

#include <condition_variable>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/state_lock.h"
#include "base/time.h"

namespace pgiam {

// Woken once, by the thread that completes what it waits for; no lock is held.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  virtual void wake() noexcept = 0;
};

// All of it under the state lock.
class Awaited {
 public:
  using Sleepers = std::vector<std::shared_ptr<Wakeable>>;

  // `of_person`: a person takes this time, so it does not count against any time limit.
  explicit Awaited(bool of_person = false) : of_person_(of_person) {}
  bool is_of_person() const { return of_person_; }

  bool is_complete() const { return is_complete_; }
  // Lets the blocked threads go on; the caller wakes the sleepers once the lock is released.
  [[nodiscard]] Sleepers complete() noexcept;

  // Blocks. False: the time was up, or the wait was cancelled.
  bool wait(StateLock& lock, const std::stop_token& stop, Milliseconds patience);
  // Registers to be woken. False: it is complete already.
  bool sleep(std::shared_ptr<Wakeable> sleeper);
  // Returns what the caller is to release after the lock.
  [[nodiscard]] std::shared_ptr<Wakeable> stop_sleeping(const Wakeable& sleeper) noexcept;

 private:
  std::condition_variable_any completed_;
  Sleepers sleepers_;
  bool is_complete_ = false;
  const bool of_person_;
};

}  // namespace pgiam
