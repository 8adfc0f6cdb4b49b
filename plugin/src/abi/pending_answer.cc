#include "abi/pending_answer.h"

#include <chrono>

namespace pgiam {
namespace {

// What lives as long as anything of the operation runs.
struct Hold {
  explicit Hold(pgiam_context& context) : call(context) {}
  const CallInProgress call;
  std::shared_ptr<HostQuestions> questions;
};

}  // namespace

PendingAnswer::PendingAnswer(pgiam_context& context, const Request& given, HostFunctions functions,
                             std::shared_ptr<WakeEvent> event, std::stop_token stop,
                             pgiam_done_fn done, void* user_data)
    : event_(std::move(event)) {
  const auto hold = std::make_shared<Hold>(context);
  if (functions.has_any())
    questions_ = std::make_shared<HostQuestions>(context, context.wired.clock(),
                                                 std::move(functions),
                                                 [event = event_] { event->set(); });
  hold->questions = questions_;
  stop_.emplace(hold->call.stop(), std::move(stop));
  Request request = given;
  request.host_link = questions_.get();

  std::function<void()> tell;
  if (done != nullptr)
    tell = [&context, done, user_data] {
      const InsideCallback mark(context);
      done(user_data);
    };
  const HostQuestions::OnThisThread asked_at_once(questions_.get());
  operation_.emplace(context.wired.flow(), request, hold, stop_->token(),
                     [event = event_] { event->set(); }, std::move(tell));
}

std::optional<Result<Reply>> PendingAnswer::wait(Milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const bool for_ever = patience.count() < 0 || patience > std::chrono::hours{24 * 365};
  const auto end = Clock::now() + (for_ever ? Milliseconds{0} : patience);
  for (;;) {
    event_->clear();
    if (questions_) questions_->ask_host();
    if (auto outcome = operation_->wait(Milliseconds{0})) return outcome;
    if (for_ever) {
      event_->wait();
    } else if (!event_->wait_until(end)) {
      return std::nullopt;
    }
  }
}

}  // namespace pgiam
