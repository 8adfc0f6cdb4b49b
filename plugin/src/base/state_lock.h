// The one lock over all that is shared between threads, and what makes it survive fork().
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

namespace pgiam {

// A leaf: held for a look-up or a swap, never across a call that could block or take it again.
// fork() waits for it, so a child always finds the shared state whole.
class StateLock {
 public:
  StateLock();
  ~StateLock() = default;
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

  // For std::condition_variable_any.
  std::unique_lock<std::mutex>& native() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

// How many forks lie between this process and the first one that used the library. What another
// thread had under way when it changed will never end here.
std::uint64_t fork_count();

// Never destroys the object: a thread may be inside it that will not say when it has left, one of the
// parent after fork(), or one that was left behind at exit. Any thread, with or without the state lock.
void keep_for_ever(std::shared_ptr<void> object);

}  // namespace pgiam
