#include "flow/fetch/background.h"

#include <condition_variable>
#include <thread>
#include <utility>

#include "base/signals.h"
#include "base/state_lock.h"

namespace pgiam {
namespace {

constexpr Milliseconds kAfterBug{60'000};

}  // namespace

struct BackgroundThread::Worker {
  const std::uint64_t fork = fork_count();
  std::condition_variable changed;
  bool woken = false, stop = false, gone = false;
  std::thread thread;
};

// The parent's thread waits on its condition variable.
void BackgroundThread::leave_that_of_the_parent() {
  if (worker_ && worker_->fork != fork_count()) keep_for_ever(std::exchange(worker_, nullptr));
}

bool BackgroundThread::awake() const { return stopped_ || (worker_ && worker_->fork == fork_count()); }

void BackgroundThread::wake() noexcept {
  try {
    const StateLock lock;
    leave_that_of_the_parent();
    if (stopped_) return;
    if (worker_) {
      worker_->woken = true;
      worker_->changed.notify_all();
      return;
    }
    auto worker = std::make_shared<Worker>();
    const SignalsBlocked blocked;
    worker->thread = std::thread([this, &self = *worker] { run(self); });
    worker_ = std::move(worker);
  } catch (...) {  // no thread or no memory to be had: callers do what is urgent
  }
}

void BackgroundThread::run(Worker& self) {
  for (;;) {
    Milliseconds pause = kAfterBug;
    try {
      pause = work_();
    } catch (...) {  // out of memory, at worst: the next time may do better
    }
    StateLock lock;
    self.changed.wait_for(lock.native(), pause, [&] { return self.woken || self.stop; });
    self.woken = false;
    if (!self.stop) continue;
    self.gone = true;
    self.changed.notify_all();
    return;
  }
}

// The worker that is to end, if it is another thread of this process.
std::shared_ptr<BackgroundThread::Worker> BackgroundThread::dismiss() {
  const StateLock lock;
  leave_that_of_the_parent();
  stopped_ = true;
  auto worker = std::exchange(worker_, nullptr);
  if (!worker) return nullptr;
  worker->stop = true;
  worker->changed.notify_all();
  return worker;
}

void BackgroundThread::stop() {
  if (const auto worker = dismiss()) worker->thread.join();
}

bool BackgroundThread::stop(Milliseconds patience) {
  const auto worker = dismiss();
  if (!worker) return true;
  if (worker->thread.get_id() != std::this_thread::get_id()) {
    StateLock lock;
    worker->changed.wait_for(lock.native(), patience, [&] { return worker->gone; });
    if (worker->gone) {
      lock.native().unlock();
      worker->thread.join();
      return true;
    }
  }
  worker->thread.detach();
  keep_for_ever(worker);  // it may still look at it
  return false;
}

}  // namespace pgiam
