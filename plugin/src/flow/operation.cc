#include "flow/operation.h"

#include <condition_variable>
#include <thread>
#include <utility>

#include "base/state_lock.h"

namespace pgiam {

// The call of `done`, on a thread of the pool.
class Operation::Done : public Job, public std::enable_shared_from_this<Done> {
 public:
  Done(Pool& pool, std::shared_ptr<const void> hold, std::function<void()> call)
      : pool_(pool), hold_(std::move(hold)), call_(std::move(call)) {}

  void post() noexcept {
    // On this one, too, where no other is to be had.
    if (Pool::is_this_thread() || !pool_.post(shared_from_this(), Pool::Place::kFront)) run();
  }
  void wait() noexcept {
    StateLock lock;
    if (thread_ == std::this_thread::get_id()) return;
    ended_.wait(lock.native(), [this] { return has_ended_; });
  }

 private:
  void run() noexcept override {
    {
      const StateLock lock;
      thread_ = std::this_thread::get_id();
    }
    call_();
    hold_.reset();
    const StateLock lock;
    thread_ = {};
    has_ended_ = true;
    ended_.notify_all();
  }

  Pool& pool_;  // lives as long as hold_ is held
  std::shared_ptr<const void> hold_;
  const std::function<void()> call_;
  // Under the state lock:
  std::thread::id thread_;  // that runs it
  bool has_ended_ = false;
  std::condition_variable ended_;
};

Operation::Operation(Flow& flow, const Request& request, std::shared_ptr<const void> hold,
                     std::stop_token stop, std::function<void()> wake, std::function<void()> done)
    : fork_(fork_count()) {
  if (done) done_ = std::make_shared<Done>(flow.pool(), hold, std::move(done));
  const auto tell = [wake = std::move(wake), done = done_] {
    if (wake) wake();
    if (done) done->post();
  };
  pending_ = flow.start(request, std::move(hold), std::move(stop), tell);
  if (pending_->was_at_hand()) tell();
}

Operation::~Operation() {
  if (fork_ != fork_count()) {  // its threads are the parent's
    keep_for_ever(std::move(pending_));
    keep_for_ever(std::move(done_));
    return;
  }
  pending_->cancel();
  if (done_) done_->wait();
}

std::optional<Result<Reply>> Operation::wait(Milliseconds patience) {
  return pending_->wait(patience);
}

}  // namespace pgiam
