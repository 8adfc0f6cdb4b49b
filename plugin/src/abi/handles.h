// What the opaque handles of pgiam.h are.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "abi/host_callbacks.h"
#include "base/error.h"
#include "flow/operation.h"
#include "flow/reply.h"
#include "flow/wiring.h"
#include "pgiam.h"

struct pgiam_error {
  pgiam_status status;
  std::string message, hint, provider, remote;
  bool retryable;
  std::vector<pgiam_error> causes;

  explicit pgiam_error(const pgiam::Error& error);
};

struct pgiam_reply {
  pgiam::Reply reply;
};

struct pgiam_answer {
  pgiam::Secret text;
};

namespace pgiam {

// What pgiam_context_free has to wait for.
class ActiveCalls {
 public:
  void begin();
  void end();
  void wait_for_none();

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int active_ = 0;
};

}  // namespace pgiam

struct pgiam_context {
  pgiam_context(const pgiam_config& config, pgiam::WiringConfig wiring)
      : log(*this, config), prompt(*this, config), wired(std::move(wiring), log, prompt) {}

  pgiam::HostLog log;
  pgiam::HostPrompt prompt;
  pgiam::WiredFlow wired;
  std::stop_source stop;  // requested when the context goes
  pgiam::ActiveCalls calls;
};

struct pgiam_operation {
  std::optional<pgiam::Operation> operation;
};
