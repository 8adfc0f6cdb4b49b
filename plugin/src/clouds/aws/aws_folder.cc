#include "clouds/aws/aws_folder.h"

#include <algorithm>

namespace pgiam::aws {

std::string aws_folder_file(const Environment& environment, const std::string& name) {
  const auto home = environment.home();
  return home ? *home + "/.aws/" + name : "";
}

Result<std::unique_ptr<FileLock>> lock_file(const World& world, const std::string& path,
                                            const Call& call, Milliseconds patience) {
  Call limited = call;
  limited.deadline = std::min(call.deadline, world.clock.uptime() + patience);
  return world.files.lock(path, limited);
}

}  // namespace pgiam::aws
