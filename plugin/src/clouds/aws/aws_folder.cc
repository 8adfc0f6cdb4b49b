#include "clouds/aws/aws_folder.h"

#include <algorithm>

namespace pgiam::aws {

std::string aws_folder_file(const Environment& environment, const std::string& name) {
  const auto home = environment.home();
  return home ? *home + "/.aws/" + name : "";
}

Result<std::unique_ptr<FileLock>> lock_file(const World& world, const std::string& path,
                                            const Call& call, Milliseconds patience) {
  constexpr Milliseconds kStep{200};  // a cancelled call is let go within it
  const Milliseconds end = std::min(call.deadline, world.clock.uptime() + patience);
  for (;;) {
    const Milliseconds left = std::max(end - world.clock.uptime(), Milliseconds{0});
    auto lock = world.files.lock(path, std::min(left, kStep));
    if (lock || lock.error().status != Status::kTimeout || left <= kStep) return lock;
    if (call.stop.stop_requested()) return make_error(Status::kCancelled, "cancelled");
  }
}

}  // namespace pgiam::aws
