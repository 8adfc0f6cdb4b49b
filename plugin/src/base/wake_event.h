// Tells an event loop that there is something to do: a descriptor that is readable while it is set.
#pragma once

#include <mutex>

#include "base/descriptor.h"
#include "base/result.h"

namespace pgiam {

// Any thread.
class WakeEvent {
 public:
  void set();
  void clear();
  // Made when first asked for, and then always the same.
  Result<int> descriptor();

 private:
  std::mutex mutex_;
  Descriptor descriptor_;
  bool is_set_ = false;
};

}  // namespace pgiam
