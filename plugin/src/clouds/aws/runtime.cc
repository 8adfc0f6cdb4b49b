#include "clouds/aws/runtime.h"

#include <condition_variable>
#include <mutex>

#include "base/state_lock.h"

namespace pgiam::aws {

Runtime& Runtime::of_process() {
  const StateLock lock;  // fork() waits, so no child finds it half made
  static Runtime* const runtime = new Runtime;  // never destroyed: threads outlive main
  return *runtime;
}

bool Runtime::wait_for(Milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace pgiam::aws
