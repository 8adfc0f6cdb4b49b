#include "flow/fetch/pool.h"

#include <condition_variable>
#include <thread>
#include <utility>

#include "base/signals.h"
#include "base/state_lock.h"

namespace pgiam {
namespace {

constexpr Milliseconds kIdle{5'000};  // then a thread goes

thread_local bool is_of_pool = false;  // has no destructor

}  // namespace

// Those of one process, under the state lock.
struct Pool::Threads {
  const std::uint64_t fork = fork_count();
  std::condition_variable changed;
  std::shared_ptr<Job> first;
  Job* last = nullptr;
  std::size_t waiting = 0;  // jobs in line
  std::size_t count = 0, idle = 0;
  bool stop = false;
  std::list<std::thread> running, ended;

  void work(std::list<std::thread>::iterator self) noexcept;
  void push(std::shared_ptr<Job> job, Place place) noexcept {
    Job* const raw = job.get();
    if (place == Place::kFront) job->next_ = std::move(first);
    (place == Place::kFront || last == nullptr ? first : last->next_) = std::move(job);
    if (!raw->next_) last = raw;
    ++waiting;
  }
  std::shared_ptr<Job> pop() noexcept {
    auto job = std::exchange(first, nullptr);
    first = std::move(job->next_);
    if (!first) last = nullptr;
    --waiting;
    return job;
  }
  // Has a further thread, if there is more in line than threads that will soon take it.
  void grow() {
    if (idle >= waiting || count >= kMostThreads) return;
    const SignalsBlocked blocked;
    running.emplace_back();
    try {
      running.back() = std::thread([this, self = std::prev(running.end())] { work(self); });
      ++count;
    } catch (...) {
      running.pop_back();
      throw;
    }
  }
};

Pool::Pool() : threads_(std::make_shared<Threads>()) {}

Pool::~Pool() {
  std::list<std::thread> ended;
  {
    StateLock lock;
    if (threads_->fork != fork_count()) {
      keep_for_ever(std::exchange(threads_, nullptr));
      return;
    }
    threads_->stop = true;
    threads_->changed.notify_all();
    threads_->changed.wait(lock.native(), [this] { return threads_->count == 0; });
    ended.swap(threads_->ended);
  }
  for (std::thread& thread : ended) thread.join();
}

// Null: for want of memory. With the state lock held.
Pool::Threads* Pool::of_this_process() noexcept {
  if (threads_->fork == fork_count()) return threads_.get();
  try {
    auto own = std::make_shared<Threads>();
    keep_for_ever(threads_);  // the parent's threads wait on its condition variable
    threads_ = std::move(own);
    return threads_.get();
  } catch (...) {
    return nullptr;
  }
}

bool Pool::is_this_thread() noexcept { return is_of_pool; }

bool Pool::post(std::shared_ptr<Job> job, Place place) noexcept {
  std::list<std::thread> ended;
  {
    const StateLock lock;
    Threads* const threads = of_this_process();
    if (threads == nullptr) return false;
    threads->push(std::move(job), place);
    try {
      threads->grow();
    } catch (...) {  // a thread that is there takes it when it can
      if (threads->count == 0) {
        threads->pop();
        return false;
      }
    }
    threads->changed.notify_one();
    ended.swap(threads->ended);
  }
  for (std::thread& thread : ended) thread.join();
  return true;
}

void Pool::Threads::work(std::list<std::thread>::iterator self) noexcept {
  is_of_pool = true;
  StateLock lock;
  for (;;) {
    if (!first) {
      ++idle;
      changed.wait_for(lock.native(), kIdle, [this] { return first != nullptr || stop; });
      --idle;
      if (!first) break;
    }
    auto job = pop();
    lock.native().unlock();
    job->run();
    job.reset();
    lock.native().lock();
  }
  // Under the same lock, so that no job counts on this thread.
  ended.splice(ended.end(), running, self);
  --count;
  changed.notify_all();
}

}  // namespace pgiam
