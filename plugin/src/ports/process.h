// Running another program for its output.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/call.h"
#include "base/result.h"

namespace pgiam {

struct ProcessRequest {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH
  Milliseconds timeout{60000};
  std::size_t stdout_limit = 1 << 20;
  std::size_t stderr_limit = 4096;  // the rest is read and dropped
  std::function<void(std::string_view)> hear;  // what it says on stderr, once it takes its time
};

struct ProcessResult {
  int exit_code = 0;  // 128 + n when signal n ended it
  std::string out;    // may be secret: wipe it
  std::string err;
};

class Process {
 public:
  virtual ~Process() = default;
  // In a session of its own, without a terminal, with nothing inherited but the environment; the
  // whole group is ended when the time is up or the call is cancelled, which is not waited for.
  // Where the call may prompt, in the caller's group and with the terminal, if there is one, as its
  // input; then it is ended alone, and its own time is its only limit.
  virtual Result<ProcessResult> run(const ProcessRequest& request, const Call& call) = 0;
};

}  // namespace pgiam
