// What comes once, and all who wait for it: threads, and operations that are woken.
#pragma once

#include <condition_variable>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/state_lock.h"
#include "base/time.h"

namespace pgiam {

// Told once that what it waits for is there, on the thread that brought it; no lock is held.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  virtual void wake() noexcept = 0;
};

// All of it under the state lock.
class Awaited {
 public:
  using Sleepers = std::vector<std::shared_ptr<Wakeable>>;

  // `of_person`: the time that it takes is a person's, and counts for nobody's limit.
  explicit Awaited(bool of_person = false) : of_person_(of_person) {}
  bool is_of_person() const { return of_person_; }

  bool is_there() const { return is_there_; }
  // Ends the wait of threads; whoever calls wakes the sleepers, once the lock is released.
  [[nodiscard]] Sleepers come() noexcept;

  // Blocks. False: the time was up, or the wait was called off.
  bool wait(StateLock& lock, const std::stop_token& stop, Milliseconds patience);
  // To be woken, once. False: it is there already.
  bool sleep(std::shared_ptr<Wakeable> sleeper);
  // Answers what is to go once the lock is released.
  [[nodiscard]] std::shared_ptr<Wakeable> stop_sleeping(const Wakeable& sleeper) noexcept;

 private:
  std::condition_variable_any came_;
  Sleepers sleepers_;
  bool is_there_ = false;
  const bool of_person_;
};

}  // namespace pgiam
