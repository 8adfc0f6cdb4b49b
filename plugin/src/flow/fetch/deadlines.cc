#include "flow/fetch/deadlines.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/state_lock.h"

namespace pgiam {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kLongestSleep{600'000};

}  // namespace

void Deadlines::add(const std::shared_ptr<Deadline>& deadline, Milliseconds left) {
  Known those_of_the_parent;  // go after the lock
  {
    const StateLock lock;
    if (std::exchange(fork_, fork_count()) != fork_count()) deadlines_.swap(those_of_the_parent);
    deadlines_[deadline.get()] = deadline;
    const auto due = steady_clock::now() + left;
    if (thread_.awake() && next_ <= due) return;
    next_ = due;
  }
  thread_.wake();
}

void Deadlines::remove(const Deadline& deadline) noexcept {
  const StateLock lock;
  deadlines_.erase(&deadline);
}

std::size_t Deadlines::count() const {
  const StateLock lock;
  return deadlines_.size();
}

Milliseconds Deadlines::check() {
  std::vector<std::shared_ptr<Deadline>> all;  // they go without the lock
  {
    const StateLock lock;
    all.reserve(deadlines_.size());
    for (const auto& [key, weak] : deadlines_)
      if (auto deadline = weak.lock()) all.push_back(std::move(deadline));
    next_ = steady_clock::now() + kLongestSleep;
  }
  Milliseconds pause = kLongestSleep;
  for (const auto& deadline : all)
    if (const auto wait = deadline->check()) pause = std::min(pause, *wait);
  const StateLock lock;
  next_ = std::min(next_, steady_clock::now() + pause);
  return std::max(pause, Milliseconds{1});
}

}  // namespace pgiam
