// Tells an event loop that there is something to do: a descriptor that is readable while it is set.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/descriptor.h"
#include "base/result.h"

namespace pgiam {

// Any thread.
class WakeEvent {
 public:
  // What the descriptor is. A client of libpq's takes nothing but a socket (Ruby's does); that is two
  // descriptors.
  enum class Kind { kAny, kSocket };
  explicit WakeEvent(Kind kind = Kind::kAny) : kind_(kind) {}

  void set();
  void clear();
  // Until it is set. False: the time was up.
  void wait();
  bool wait_until(std::chrono::steady_clock::time_point end);
  // Made when first asked for, and then always the same.
  Result<int> descriptor();

 private:
  bool open();
  void make_readable();

  const Kind kind_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Descriptor descriptor_, other_end_;
  bool is_set_ = false;
};

}  // namespace pgiam
