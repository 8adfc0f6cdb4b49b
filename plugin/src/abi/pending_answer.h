// A before_connect that nobody waits for in the library: an event tells when there is something to
// do about it, which is the outcome or a question to the host.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "abi/call_in_progress.h"
#include "abi/handles.h"
#include "abi/host_questions.h"
#include "base/wake_event.h"
#include "flow/operation.h"

namespace pgiam {

class PendingAnswer {
 public:
  // Starts at once. `stop` cancels it, as the context's end does. `done`: the form of ABI 1.0, which
  // tells by a callback from a thread of the library.
  PendingAnswer(pgiam_context& context, const Request& request, HostFunctions functions,
                std::shared_ptr<WakeEvent> event, std::stop_token stop,
                pgiam_done_fn done = nullptr, void* user_data = nullptr);
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;

  // The outcome, once; nothing while it runs. Asks the host what there is to ask. 0 polls, negative
  // waits for ever.
  std::optional<Result<Reply>> wait(Milliseconds patience);
  // Any thread.
  void cancel() { operation_->cancel(); }

 private:
  const std::shared_ptr<WakeEvent> event_;
  std::shared_ptr<HostQuestions> questions_;  // null: the host is not asked anything
  std::optional<EitherStop> stop_;
  std::optional<Operation> operation_;
};

}  // namespace pgiam

struct pgiam_operation {
  const std::shared_ptr<pgiam::WakeEvent> event = std::make_shared<pgiam::WakeEvent>();
  std::optional<pgiam::OwnedRequest> request;
  std::optional<pgiam::PendingAnswer> answer;
};
