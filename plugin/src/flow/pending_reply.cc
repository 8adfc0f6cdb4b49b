#include "flow/pending_reply.h"

#include <utility>

#include "base/crypto.h"
#include "base/state_lock.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

Result<Reply> failure(Status status, const char* message, const char* hint = "",
                      bool retryable = false) noexcept {
  try {
    Error error = make_error(status, message, hint);
    error.retryable = retryable;
    return error;
  } catch (...) {
    return out_of_memory();
  }
}

Result<Reply> told(const NoCrypto& missing) noexcept {
  try {
    return missing.error();
  } catch (...) {
    return out_of_memory();
  }
}

}  // namespace

PendingReply::PendingReply(Result<Reply> at_hand)
    : flow_(nullptr), stop_(std::nostopstate), outcome_(std::move(at_hand)) {}

PendingReply::PendingReply(Flow& flow, const Request& request, std::shared_ptr<const void> hold,
                           Wake wake)
    : flow_(&flow), request_(std::in_place, request), wake_(std::move(wake)), hold_(std::move(hold)) {}

PendingReply::~PendingReply() = default;

void PendingReply::begin(std::stop_token stop) {
  start_ = flow_->world_.clock.uptime();
  deadline_ = flow_->begin_planning(request_->request(), start_, {}).deadline;
  flow_->fetcher_->deadlines().add(shared_from_this(), deadline_ - start_);
  context_stop_.emplace(std::move(stop), [this] { cancel(); });
  if (leave_state(State::kNew, State::kInLine)) get_in_line();
}

bool PendingReply::leave_state(State from, State to) noexcept {
  const StateLock lock;
  if (state_ != from) return false;
  state_ = to;
  return true;
}

// Its state is kInLine already.
void PendingReply::get_in_line() noexcept {
  auto self = weak_from_this().lock();
  // Who has a plan only has to take what was fetched, in most cases.
  const auto place = plan_ ? Pool::Place::kFront : Pool::Place::kEnd;
  if (!self || flow_->pool().post(self, place)) return;
  if (!plan_)
    finish(failure(Status::kNoMemory, "there is no thread to be had to fetch a password on",
                   "raise the limit of processes (ulimit -u), or wait and try again", true));
  run();  // what is left is short
}

void PendingReply::run() noexcept {
  static_cast<void>(leave_state(State::kInLine, State::kRunning));
  if (!is_done()) {
    try {
      auto outcome = step();
      if (!outcome) return;  // woken later, perhaps by now: nothing of it is this thread's any more
      finish(std::move(*outcome));
    } catch (const std::bad_alloc&) {
      finish(out_of_memory());
    } catch (const NoCrypto& missing) {
      finish(told(missing));
    } catch (const std::exception& bug) {
      finish(failure(Status::kInternal, bug.what(), "please report this"));
    }
  }
  let_go();
}

std::optional<Result<Reply>> PendingReply::step() {
  const Request& request = request_->request();
  if (!plan_) {
    auto plan = flow_->plan_for(request, flow_->begin_planning(request, start_, stop_.get_token()));
    if (!plan) return plan.error();
    call_ = flow_->begin_call(**plan, request, start_, stop_.get_token());
    plan_ = std::move(*plan);
    if (auto answer = flow_->answer_without_cloud(plan_, request, call_)) return answer;
    const StateLock lock;
    deadline_ = call_.deadline;
  }
  return fetch();
}

std::optional<Result<Reply>> PendingReply::fetch() {
  const Request& request = request_->request();
  if (!search_) {
    call_.waits_for = &waits_for_;
    search_.emplace(*flow_->fetcher_, flow_->wanted(*plan_->as<AskCloud>(), request, call_));
  }
  for (;;) {
    stop_waiting();
    if (const auto found = search_->advance(trace_)) {
      if (!*found) return flow_->failed(*plan_, found->error());
      return flow_->answer(plan_, **found, request, call_.now);
    }
    auto self = shared_from_this();
    asleep_since_ = flow_->world_.clock.uptime();
    const bool of_person = waits_for_->is_of_person();
    if (!of_person) flow_->fetcher_->deadlines().add(self, call_.deadline - asleep_since_);
    bool is_over = false;
    {
      // In one step: whoever wakes it may run it at once.
      const StateLock lock;
      is_over = outcome_ || taken_;
      if (!is_over && waits_for_->sleep(self)) {
        state_ = State::kSleeping;
        if (of_person) deadline_ = Milliseconds::max();
        return std::nullopt;
      }
    }
    if (is_over) return cancelled();
  }
}

// What it waited for is there.
void PendingReply::wake() noexcept {
  if (leave_state(State::kSleeping, State::kInLine)) get_in_line();
}

std::optional<Milliseconds> PendingReply::check() noexcept {
  std::shared_ptr<const void> hold;  // the flow lives as long
  Milliseconds deadline;
  State state;
  {
    const StateLock lock;
    if (outcome_ || !hold_) return std::nullopt;
    hold = hold_;
    deadline = deadline_;
    state = state_;
  }
  const Milliseconds left = deadline - flow_->world_.clock.uptime();
  if (left.count() > 0) return left;
  if (state == State::kSleeping) {
    wake();
  } else if (state == State::kInLine) {
    // Others' fetches had all threads, or the process was stopped (SIGSTOP): nothing here tells.
    finish(failure(Status::kTimeout, "the time was up before the fetch began",
                   "try again, or give it more time: timeout_ms", true));
  }
  return std::nullopt;  // what runs ends by itself
}

void PendingReply::cancel() noexcept {
  if (flow_ == nullptr) return;
  stop_.request_stop();
  // A result that came in spite of the cancellation is not wanted any more.
  finish(cancelled());
  wake();
}

void PendingReply::finish(Result<Reply> outcome) noexcept {
  {
    const StateLock lock;
    if (outcome_ || taken_) return;
    outcome_.emplace(std::move(outcome));
    finished_.notify_all();
  }
  if (wake_) wake_();
}

// It may have been woken by another than what it waited for.
void PendingReply::stop_waiting() noexcept {
  const auto waited_for = std::exchange(waits_for_, nullptr);
  if (!waited_for) return;
  if (waited_for->is_of_person())
    call_.deadline += flow_->world_.clock.uptime() - asleep_since_;
  std::shared_ptr<Wakeable> sleeper;  // goes after the lock
  const StateLock lock;
  deadline_ = call_.deadline;
  sleeper = waited_for->stop_sleeping(*this);
}

// Nothing of the flow is used any more.
void PendingReply::let_go() noexcept {
  stop_waiting();
  search_.reset();
  flow_->fetcher_->deadlines().remove(*this);
  std::shared_ptr<const void> hold;  // goes last, after the lock
  const StateLock lock;
  hold.swap(hold_);
}

bool PendingReply::is_done() const {
  const StateLock lock;
  return outcome_.has_value() || taken_;
}

std::optional<Result<Reply>> PendingReply::take() {
  if (std::exchange(taken_, true))
    return make_error(Status::kInvalidState, "the result was handed over before");
  return std::exchange(outcome_, std::nullopt);
}

std::optional<Result<Reply>> PendingReply::try_take() {
  const StateLock lock;
  if (!outcome_ && !taken_) return std::nullopt;
  return take();
}

std::optional<Result<Reply>> PendingReply::wait(Milliseconds patience) {
  StateLock lock;
  const auto done = [this] { return outcome_.has_value() || taken_; };
  // More than a clock can add is for ever, too.
  if (patience.count() < 0 || patience > std::chrono::hours{24 * 365})
    finished_.wait(lock.native(), done);
  else if (!finished_.wait_for(lock.native(), patience, done))
    return std::nullopt;
  return take();
}

}  // namespace pgiam
