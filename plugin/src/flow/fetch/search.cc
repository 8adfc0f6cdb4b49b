// How one caller gets a secret that others may be fetching already.
#include "flow/fetch/fetcher.h"

#include "flow/fetch/load.h"

namespace pgiam {

SecretSearch::SecretSearch(Fetcher& fetcher, const Wanted& wanted)
    : fetcher_(fetcher), wanted_(wanted) {}
SecretSearch::~SecretSearch() = default;

std::optional<Result<Found>> SecretSearch::advance(Trace& trace) {
  for (;;) {
    const bool is_waiting = load_ || flight_;
    auto found = load_ ? lead(trace) : flight_ ? outcome_of_flight() : join();
    if (!found) {
      if (is_waiting && (load_ || flight_)) return std::nullopt;
      continue;
    }
    // First everything is tried without asking a person, so that callers who may not prompt can share
    // it. Only if that ends in kLoginRequired (or the source cancelled it by itself, as it can only
    // prompt) is it tried again with prompts.
    const bool wants_person =
        !*found && (found->error().status == Status::kLoginRequired ||
                    (found->error().status == Status::kCancelled &&
                     !wanted_.call.stop.stop_requested()));
    const bool escalate = wants_person && wanted_.call.may_prompt && !asking_;
    if (!escalate) return found;
    asking_ = true;
  }
}

// Nothing: this caller then leads a load, or has one to wait for.
std::optional<Result<Found>> SecretSearch::join() {
  using Reason = Fetcher::Load::Reason;
  Call leading = wanted_.call;
  leading.may_prompt = asking_;
  auto load = std::make_unique<Fetcher::Load>(
      fetcher_, wanted_.source, wanted_.world, std::move(leading),
      wanted_.refresh ? Reason::kRefresh : Reason::kWanted);
  Fetcher::Joined joined = fetcher_.join(wanted_, asking_);
  if (joined.lead) {
    load->lead(std::move(joined.flight), std::move(joined.replaces));
    load_ = std::move(load);
  }
  if (joined.wake_renewer) fetcher_.renewer_.wake();
  current_ = std::move(joined.current);
  flight_ = std::move(joined.flight);
  return std::move(joined.answer);
}

std::optional<Result<Found>> SecretSearch::lead(Trace& trace) {
  const Call& call = wanted_.call;
  PersonThreads::Slot slot;
  if (asking_ && call.waits_for != nullptr &&
      !slot.take(fetcher_.person_threads_, *call.waits_for))
    return std::nullopt;
  load_->set_deadline(call.deadline);
  const auto loaded = load_->run(trace);
  if (!loaded) return std::nullopt;
  load_ = nullptr;
  if (*loaded) return Found{**loaded, false};
  if (current_ && loaded->error().status != Status::kCancelled) return Found{current_, true};
  return loaded->error();
}

// The outcome of the load that was waited for, or of the own call if that is over. Nothing, and
// flight_ is null: that load says nothing about this caller's, who joins again.
std::optional<Result<Found>> SecretSearch::outcome_of_flight() {
  const Call& call = wanted_.call;
  if (call.stop.stop_requested()) return cancelled();
  std::optional<Result<KeptSecretPtr>> outcome;
  bool has_ended = false;
  {
    const StateLock lock;
    has_ended = flight_->is_complete();
    if (has_ended) outcome = flight_->outcome;
  }
  if (!has_ended && (gave_up_ || wanted_.world.clock.uptime() >= call.deadline)) {
    Error error = make_error(Status::kTimeout, "another caller is still fetching the credentials",
                             "try again, or give it more time: timeout_ms");
    error.retryable = true;
    return error;
  }
  if (!has_ended) {
    if (call.waits_for != nullptr) *call.waits_for = flight_;
    return std::nullopt;
  }
  flight_ = nullptr;
  if (!outcome) return std::nullopt;
  if (*outcome) return Found{**outcome, false};
  const Error& error = outcome->error();
  // Its leader's own time was up, or its call was cancelled.
  if (error.status == Status::kTimeout || error.status == Status::kCancelled) return std::nullopt;
  if (current_) return Found{current_, true};
  return error;
}

void SecretSearch::wait() {
  const Call& call = wanted_.call;
  StateLock lock;
  gave_up_ = !flight_->wait(lock, call.stop, call.deadline - wanted_.world.clock.uptime());
}

}  // namespace pgiam
