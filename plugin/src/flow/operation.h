// A before_connect that goes on while the host does something else.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "flow/flow.h"

namespace pgiam {

class Operation {
 public:
  // Starts at once. The outcome is there when `wake` is called: once, on any thread, here already
  // where the answer is in memory. `done` tells the same to those who want to hear of it on a thread
  // of the library only. Either may be empty. The flow lives as long as `hold` is held.
  Operation(Flow& flow, const Request& request, std::shared_ptr<const void> hold,
            std::stop_token stop, std::function<void()> wake, std::function<void()> done);
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  // Cancels, and waits until `done` has returned, unless it is `done` that does this.
  ~Operation();

  // The outcome, once; nothing while it goes on. 0 polls, negative waits for ever.
  std::optional<Result<Reply>> wait(Milliseconds patience);
  // Any thread, also from `done`.
  void cancel() noexcept { pending_->cancel(); }

 private:
  class Done;

  const std::uint64_t fork_;
  std::shared_ptr<Done> done_;  // null: nobody wants to hear
  std::shared_ptr<PendingReply> pending_;
};

}  // namespace pgiam
