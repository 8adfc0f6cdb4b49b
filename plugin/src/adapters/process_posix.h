// Programs, by posix_spawn: a fork of a large host with threads is slow and dangerous.
#pragma once

#include "base/privilege.h"
#include "ports/clock.h"
#include "ports/process.h"

namespace pgiam {

// Any thread. Takes no signal handler and no child of the host's; where the host has it that
// children vanish unreported (SIGCHLD ignored), an exit code is taken to be 0.
class PosixProcess : public Process {
 public:
  // `clock` is the one that deadlines are measured on, and outlives this.
  explicit PosixProcess(const Clock& clock, bool privileged = is_privileged())
      : clock_(clock), privileged_(privileged) {}

  Result<ProcessResult> run(const ProcessRequest& request, const Call& call) override;

 private:
  const Clock& clock_;
  const bool privileged_;  // then no program is started: the caller has a hand in what it would do
};

}  // namespace pgiam
