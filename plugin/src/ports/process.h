// Running another program for its output.
#pragma once

#include <string>
#include <vector>

#include "base/call.h"
#include "base/result.h"

namespace pgiam {

struct ProcessRequest {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH
  Milliseconds timeout{60000};
  std::size_t stdout_limit = 1 << 20;
  std::size_t stderr_limit = 4096;  // the rest is read and dropped
};

struct ProcessResult {
  int exit_code = 0;  // 128 + n when signal n ended it
  std::string out;    // may be secret: wipe it
  std::string err;
};

class Process {
 public:
  virtual ~Process() = default;
  // In a process group of its own, with nothing inherited but the environment; the whole group is
  // ended when the time is up or the call is cancelled, which is not waited for.
  virtual Result<ProcessResult> run(const ProcessRequest& request, const Call& call) = 0;
};

}  // namespace pgiam
