#include "abi/pending_answer.h"

#include "abi/call_in_progress.h"

namespace pgiam {

PendingAnswer::PendingAnswer(pgiam_context& context, const Request& request,
                             std::shared_ptr<WakeEvent> event, std::stop_token stop,
                             pgiam_done_fn done, void* user_data)
    : event_(std::move(event)), request_(std::make_shared<const OwnedRequest>(request)) {
  // Ends when the operation lets go of it, after `done`.
  auto call = std::make_shared<const CallInProgress>(context);
  const std::stop_token stop_of_context = call->stop();
  std::function<void()> tell;
  if (done != nullptr)
    tell = [&context, done, user_data] {
      const InsideCallback mark(context);
      done(user_data);
    };
  operation_.emplace(context.wired.flow(), request, std::move(call), stop_of_context,
                     [event = event_] { event->set(); }, std::move(tell));
  stop_.emplace(std::move(stop), [this] { cancel(); });
}

std::optional<Result<Reply>> PendingAnswer::wait(Milliseconds patience) {
  return operation_->wait(patience);
}

}  // namespace pgiam
