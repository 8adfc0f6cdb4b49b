// A before_connect whose caller does something else meanwhile.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/result.h"
#include "flow/fetch/deadlines.h"
#include "flow/fetch/fetcher.h"
#include "flow/reply.h"
#include "flow/request.h"

namespace pgiam {

class Flow;

// Any thread. Whoever drops it cancels it first.
class PendingReply : public Job,
                     public Wakeable,
                     public Deadline,
                     public std::enable_shared_from_this<PendingReply> {
 public:
  // Called once when the outcome is there, unless it was there from the beginning; on any thread,
  // also inside cancel(). Must not throw, and no lock is held.
  using Wake = std::function<void()>;

  // Made by Flow::start.
  explicit PendingReply(Result<Reply> at_hand);
  PendingReply(Flow& flow, const Request& request, std::shared_ptr<const void> hold, Wake wake);
  ~PendingReply() override;

  // It was there from the beginning.
  bool was_at_hand() const { return flow_ == nullptr; }
  bool is_done() const;
  // The outcome, once; nothing while it goes on.
  std::optional<Result<Reply>> try_take();
  // The same, waited for; negative: for ever.
  std::optional<Result<Reply>> wait(Milliseconds patience);
  void cancel() noexcept;

 private:
  friend class Flow;
  enum class State { kNew, kInLine, kRunning, kSleeping };

  void begin(std::stop_token stop);
  void run() noexcept override;
  void wake() noexcept override;
  std::optional<Milliseconds> check() noexcept override;

  std::optional<Result<Reply>> step();
  std::optional<Result<Reply>> fetch();
  // The first outcome counts.
  void finish(Result<Reply> outcome) noexcept;
  bool leave_state(State from, State to) noexcept;
  void get_in_line() noexcept;
  void stop_waiting() noexcept;
  void let_go() noexcept;
  std::optional<Result<Reply>> take();  // with the state lock held

  Flow* const flow_;
  const std::optional<OwnedRequest> request_;
  const Wake wake_;
  std::stop_source stop_;
  std::optional<std::stop_callback<std::function<void()>>> context_stop_;

  // Under the state lock:
  State state_ = State::kNew;
  std::shared_ptr<const void> hold_;
  Milliseconds deadline_{0};
  std::optional<Result<Reply>> outcome_;
  bool taken_ = false;
  std::condition_variable finished_;

  // Of whichever thread runs it:
  Milliseconds start_{0};
  std::shared_ptr<const Plan> plan_;
  Call call_;
  Trace trace_;
  std::shared_ptr<Awaited> waits_for_;
  Milliseconds asleep_since_{0};
  std::optional<SecretSearch> search_;
};

}  // namespace pgiam
