// Limits how many threads of the pool may wait for a person, so that some stay free for fetches that
// ask nobody.
#pragma once

#include <cstdint>
#include <memory>

#include "base/awaited.h"
#include "base/state_lock.h"
#include "flow/fetch/pool.h"

namespace pgiam {

// Any thread.
class PersonThreads {
 public:
  static constexpr std::size_t kMost = Pool::kMostThreads / 2;

  class Slot {
   public:
    Slot() = default;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();
    // Allows this thread to ask. False: the limit is reached, and `until` completes when one of the
    // others has finished.
    bool take(PersonThreads& threads, std::shared_ptr<Awaited>& until);

   private:
    PersonThreads* of_ = nullptr;  // null: there is none, or an outer one
  };

 private:
  // Under the state lock:
  std::uint64_t fork_ = fork_count();  // whose threads they are
  std::size_t count_ = 0;
  std::shared_ptr<Awaited> one_less_;
};

}  // namespace pgiam
