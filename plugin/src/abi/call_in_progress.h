// One call on a context, for as long as it lasts.
#pragma once

#include <functional>
#include <stop_token>

#include "abi/handles.h"

namespace pgiam {

class CallInProgress {
 public:
  explicit CallInProgress(pgiam_context& context)
      : context_(context), ticket_(context.calls.begin()) {}
  CallInProgress(const CallInProgress&) = delete;
  CallInProgress& operator=(const CallInProgress&) = delete;
  ~CallInProgress() { context_.calls.end(ticket_); }
  std::stop_token stop() const { return ticket_.stop; }

 private:
  pgiam_context& context_;
  const ActiveCalls::Ticket ticket_;
};

// From memory, or kWouldBlock.
inline Result<Reply> at_hand(Flow& flow, const Request& request) {
  if (auto reply = flow.find_reply(request)) return std::move(*reply);
  return make_error(Status::kWouldBlock, "there is no answer in memory");
}

// Stops when one of two others does.
class EitherStop {
 public:
  EitherStop(std::stop_token one, std::stop_token other)
      : one_(std::move(one), PassOn{this}), other_(std::move(other), PassOn{this}) {}
  EitherStop(const EitherStop&) = delete;
  EitherStop& operator=(const EitherStop&) = delete;
  std::stop_token token() const { return stop_.get_token(); }

 private:
  struct PassOn {
    EitherStop* self;
    void operator()() const { self->stop_.request_stop(); }
  };
  std::stop_source stop_;
  std::stop_callback<PassOn> one_, other_;
};

}  // namespace pgiam
