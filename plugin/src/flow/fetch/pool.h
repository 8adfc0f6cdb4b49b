// The threads that fetch for those who do not wait: few, and no more than there is work for.
#pragma once

#include <list>
#include <memory>

#include "base/time.h"

namespace pgiam {

// Work for a thread of the pool. In line once at a time.
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
  // Waits for its threads; nothing is in line any more.
  ~Pool();

  // What is short goes before what may take its time.
  enum class Place { kEnd, kFront };
  // Takes the job in line. False, and nothing done: this process has no thread for it, and none is
  // to be had. Allocates nothing but a thread.
  bool post(std::shared_ptr<Job> job, Place place = Place::kEnd) noexcept;
  // Is this one of a pool's threads?
  static bool is_this_thread() noexcept;

 private:
  struct Threads;
  Threads* of_this_process() noexcept;

  std::shared_ptr<Threads> threads_;  // under the state lock
};

}  // namespace pgiam
