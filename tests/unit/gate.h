// Where a fake of something slow is held until a test lets it go on, and counted.
#pragma once

#include <condition_variable>
#include <mutex>

namespace pgiam::test {

// Any thread.
class Gate {
 public:
  // Who comes by: is counted, and waits while the gate is shut.
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !shut_; });
    --waiting_;
  }

  // Who only is counted.
  void count() {
    const std::lock_guard lock(mutex_);
    ++arrived_;
    changed_.notify_all();
  }

  void shut() {
    const std::lock_guard lock(mutex_);
    shut_ = true;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    shut_ = false;
    changed_.notify_all();
  }
  // Until so many have come since the beginning; until so many stand there.
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }
  void wait_for_waiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  int arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }
  int waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool shut_ = false;
  int arrived_ = 0, waiting_ = 0;
};

}  // namespace pgiam::test
