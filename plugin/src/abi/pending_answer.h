// A before_connect that nobody waits for in the library: an event tells when there is something to
// do about it.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "abi/handles.h"
#include "base/wake_event.h"
#include "flow/operation.h"

namespace pgiam {

class PendingAnswer {
 public:
  // Starts at once. `stop` cancels it, as the context's end does. `done`: the form of ABI 1.0, which
  // tells by a callback from a thread of the library.
  PendingAnswer(pgiam_context& context, const Request& request, std::shared_ptr<WakeEvent> event,
                std::stop_token stop, pgiam_done_fn done = nullptr, void* user_data = nullptr);
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;

  // The outcome, once; nothing while it runs. 0 polls, negative waits for ever.
  std::optional<Result<Reply>> wait(Milliseconds patience);
  const Request& request() const { return request_->request(); }
  // Any thread.
  void cancel() { operation_->cancel(); }

 private:
  std::shared_ptr<WakeEvent> event_;
  std::shared_ptr<const OwnedRequest> request_;
  std::optional<Operation> operation_;
  std::optional<std::stop_callback<std::function<void()>>> stop_;  // goes before the operation
};

}  // namespace pgiam

struct pgiam_operation {
  std::shared_ptr<pgiam::WakeEvent> event = std::make_shared<pgiam::WakeEvent>();
  std::optional<pgiam::PendingAnswer> answer;
};
