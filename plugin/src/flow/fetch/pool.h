// The threads that fetch for operations: started when there is work, with an upper limit.
#pragma once

#include <list>
#include <memory>

#include "base/time.h"

namespace pgiam {

// Work for a thread of the pool. In the queue at most once.
class Job {
 public:
  virtual ~Job() = default;
  virtual void run() noexcept = 0;

 private:
  friend class Pool;
  std::shared_ptr<Job> next_;
};

// Any thread. A forked child has threads of its own.
class Pool {
 public:
  static constexpr std::size_t kMostThreads = 60;  // with the background's own, 64 at most

  Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  // Waits for its threads; the queue has to be empty.
  ~Pool();

  // Short work goes to the front.
  enum class Place { kEnd, kFront };
  // Queues the job. False, and nothing done: there is no thread in this process, and none can be
  // started. Allocates nothing but a thread.
  bool post(std::shared_ptr<Job> job, Place place = Place::kEnd) noexcept;
  // Is this one of a pool's threads?
  static bool is_this_thread() noexcept;

 private:
  struct Threads;
  Threads* of_this_process() noexcept;

  std::shared_ptr<Threads> threads_;  // under the state lock
};

}  // namespace pgiam
