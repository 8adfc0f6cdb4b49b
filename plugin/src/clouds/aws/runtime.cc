#include "clouds/aws/runtime.h"

#include <condition_variable>
#include <mutex>
#include <random>

namespace pgiam::aws {

Runtime& Runtime::of_process() {
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

double Runtime::random_unit() {
  std::random_device device;  // from the system: two processes must not retry in step
  return std::uniform_real_distribution<double>(0, 1)(device);
}

}  // namespace pgiam::aws
