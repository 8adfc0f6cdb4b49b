#include "abi/pending_answer.h"

#include "abi/call_in_progress.h"

namespace pgiam {

PendingAnswer::PendingAnswer(pgiam_context& context, const Request& request,
                             std::shared_ptr<WakeEvent> event, std::stop_token stop,
                             pgiam_done_fn done, void* user_data)
    : event_(std::move(event)), request_(std::make_shared<const OwnedRequest>(request)) {
  // Ends when the operation's thread lets go of it, after `done`.
  auto call = std::make_shared<const CallInProgress>(context);
  const std::stop_token stop_of_context = call->stop();
  operation_.emplace(
      [&context, owned = request_](std::stop_token stop_of_operation) {
        return context.wired.flow().before_connect(owned->request(),
                                                   [&] { return stop_of_operation; });
      },
      [&context, event = event_, call = std::move(call), done, user_data] {
        event->set();
        if (done == nullptr) return;
        const InsideCallback mark(context);
        done(user_data);
      },
      stop_of_context);
  stop_.emplace(std::move(stop), [this] { cancel(); });
}

std::optional<Result<Reply>> PendingAnswer::wait(Milliseconds patience) {
  return operation_->wait(patience);
}

}  // namespace pgiam
