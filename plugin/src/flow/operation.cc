#include "flow/operation.h"

#include "base/signals.h"
#include "base/state_lock.h"

namespace pgiam {

Operation::Operation(Work work, std::function<void()> done, std::stop_token context_stop)
    : fork_(fork_count()),
      context_stop_(std::move(context_stop), [this] { stop_.request_stop(); }) {
  const SignalsBlocked blocked;
  thread_ =
      std::thread([this, work = std::move(work), done = std::move(done)] { run(work, done); });
}

Operation::~Operation() {
  cancel();
  if (!thread_.joinable()) return;
  // After a fork the thread is the parent's; and inside `done` it is this one, which touches
  // nothing of this object any more.
  if (fork_ != fork_count() || thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

void Operation::run(const Work& work, const std::function<void()>& done) {
  Result<Reply> outcome = make_error(Status::kInternal, "the operation broke off");
  try {
    outcome = work(stop_.get_token());
  } catch (const std::exception& bug) {
    outcome = make_error(Status::kInternal, bug.what());
  }
  // A result that came in spite of the cancellation is not wanted any more.
  if (stop_.stop_requested()) outcome = make_error(Status::kCancelled, "cancelled");
  {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
  }
  finished_.notify_all();
  done();
}

std::optional<Result<Reply>> Operation::wait(Milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto finished = [this] { return outcome_.has_value(); };
  // More than a clock can add is for ever, too.
  if (patience.count() < 0 || patience > std::chrono::hours{24 * 365})
    finished_.wait(lock, finished);
  else if (!finished_.wait_for(lock, patience, finished))
    return std::nullopt;
  if (std::exchange(taken_, true))
    return make_error(Status::kInvalidState, "the result was handed over before");
  return std::move(*outcome_);
}

}  // namespace pgiam
