#include "base/awaited.h"

#include <algorithm>
#include <utility>

namespace pgiam {

Awaited::Sleepers Awaited::complete() noexcept {
  is_complete_ = true;
  completed_.notify_all();
  return std::exchange(sleepers_, {});
}

bool Awaited::wait(StateLock& lock, const std::stop_token& stop, Milliseconds patience) {
  return completed_.wait_for(lock.native(), stop, patience, [this] { return is_complete_; });
}

bool Awaited::sleep(std::shared_ptr<Wakeable> sleeper) {
  if (is_complete_) return false;
  sleepers_.push_back(std::move(sleeper));
  return true;
}

std::shared_ptr<Wakeable> Awaited::stop_sleeping(const Wakeable& sleeper) noexcept {
  const auto found = std::find_if(sleepers_.begin(), sleepers_.end(),
                                  [&](const auto& kept) { return kept.get() == &sleeper; });
  if (found == sleepers_.end()) return nullptr;
  auto removed = std::move(*found);
  sleepers_.erase(found);
  return removed;
}

}  // namespace pgiam
