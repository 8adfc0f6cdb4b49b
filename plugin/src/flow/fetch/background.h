// A thread that does what is due and sleeps until the next thing is.
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace pgiam {

// Starts no thread before it is first woken; has one of its own in a forked child, once it is woken
// there. Any thread may call.
class BackgroundThread {
 public:
  // Does what is due and answers how long to sleep then. Runs on the thread, without the state
  // lock, and must end soon once the owner wants to stop.
  using Work = std::function<Milliseconds()>;

  explicit BackgroundThread(Work work) : work_(std::move(work)) {}
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;
  ~BackgroundThread() { stop(); }

  // Makes it look at what is due now. Without a thread (none can be started) nothing is done.
  void wake() noexcept;
  // Is there a thread in this process? With the state lock held.
  bool awake() const;
  // Ends the thread, for good; returns when it is gone.
  void stop();
  // The same when the process ends: false if the thread did not end in `patience` or is this one.
  // It is then left to the kernel, and this object must stay.
  bool stop(Milliseconds patience);

 private:
  struct Worker;
  void leave_that_of_the_parent();  // with the state lock held
  void run(Worker& self);
  std::shared_ptr<Worker> dismiss();

  const Work work_;
  std::shared_ptr<Worker> worker_;  // with stopped_ under the state lock
  bool stopped_ = false;
};

}  // namespace pgiam
