#include "flow/fetch/person_threads.h"

#include <utility>

namespace pgiam {
namespace {

thread_local bool has_slot = false;  // has no destructor

}  // namespace

bool PersonThreads::Slot::take(PersonThreads& threads, std::shared_ptr<Awaited>& until) {
  if (has_slot) return true;
  const StateLock lock;
  if (std::exchange(threads.fork_, fork_count()) != fork_count()) {
    threads.count_ = 0;
    keep_for_ever(std::exchange(threads.one_less_, nullptr));
  }
  if (threads.count_ == kMost) {
    if (!threads.one_less_) threads.one_less_ = std::make_shared<Awaited>(true);
    until = threads.one_less_;
    return false;
  }
  ++threads.count_;
  of_ = &threads;
  return has_slot = true;
}

PersonThreads::Slot::~Slot() {
  if (of_ == nullptr) return;
  has_slot = false;
  std::shared_ptr<Awaited> gone;  // after the lock
  Awaited::Sleepers sleepers;
  {
    const StateLock lock;
    --of_->count_;
    gone = std::exchange(of_->one_less_, nullptr);
    if (gone) sleepers = gone->complete();
  }
  for (const auto& sleeper : sleepers) sleeper->wake();
}

}  // namespace pgiam
