#include "flow/fetch/deadlines.h"

#include <algorithm>
#include <utility>

#include "base/state_lock.h"

namespace pgiam {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kLongestSleep{600'000};

}  // namespace

void Deadlines::add(std::weak_ptr<Deadline> deadline, Milliseconds left) {
  std::vector<std::weak_ptr<Deadline>> those_of_the_parent;  // go after the lock
  {
    const StateLock lock;
    if (std::exchange(fork_, fork_count()) != fork_count()) deadlines_.swap(those_of_the_parent);
    deadlines_.push_back(std::move(deadline));
    const auto due = steady_clock::now() + left;
    if (thread_.awake() && next_ <= due) return;
    next_ = due;
  }
  thread_.wake();
}

Milliseconds Deadlines::check() {
  std::vector<std::weak_ptr<Deadline>> looked_at;
  {
    const StateLock lock;
    looked_at.swap(deadlines_);
    next_ = steady_clock::now() + kLongestSleep;
  }
  Milliseconds pause = kLongestSleep;
  std::erase_if(looked_at, [&](const auto& weak) {
    const auto deadline = weak.lock();
    const auto wait = deadline ? deadline->check() : std::nullopt;
    if (wait) pause = std::min(pause, *wait);
    return !wait;
  });
  const StateLock lock;
  deadlines_.insert(deadlines_.end(), looked_at.begin(), looked_at.end());
  next_ = std::min(next_, steady_clock::now() + pause);
  return std::max(pause, Milliseconds{1});
}

}  // namespace pgiam
