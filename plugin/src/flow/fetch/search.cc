// How one caller gets a secret that others may be fetching already.
#include "flow/fetch/fetcher.h"

#include <algorithm>

namespace pgiam {

std::optional<Result<Found>> Search::advance(Trace& trace) {
  for (;;) {
    std::optional<Result<Found>> found;
    if (flight_) {
      found = land();
      if (!found && flight_) return std::nullopt;
      if (!found) continue;
    } else {
      Fetcher::Joined joined = fetcher_.join(wanted_, asking_);
      if (joined.wake_renewer) fetcher_.renewer_.wake();
      if (joined.answer) {
        found = std::move(joined.answer);
      } else if (joined.lead) {
        found = fetcher_.lead(std::move(joined), wanted_, asking_, trace);
      } else {
        flight_ = std::move(joined.flight);
        current_ = std::move(joined.current);
        continue;
      }
    }
    // Only now is it known that a person must act; whom nobody may ask has waited for no answer.
    // A source that may be asking somebody all the time called the quiet try off itself.
    const bool wants_person =
        !*found && (found->error().status == Status::kLoginRequired ||
                    (found->error().status == Status::kCancelled &&
                     !wanted_.call.stop.stop_requested()));
    const bool escalate = wants_person && wanted_.call.may_prompt && !asking_;
    if (!escalate) return found;
    asking_ = true;
  }
}

// How the load that was waited for has ended, or that the own call has; nothing, and no flight any
// more: it says nothing about ours, so it is our turn again.
std::optional<Result<Found>> Search::land() {
  const Call& call = wanted_.call;
  if (call.stop.stop_requested()) return make_error(Status::kCancelled, "cancelled");
  std::optional<Result<KeptSecretPtr>> outcome;
  {
    const StateLock lock;
    if (flight_->ended) {
      outcome = flight_->outcome;
    } else if (!gave_up_ && wanted_.world.clock.uptime() < call.deadline) {
      return std::nullopt;
    } else {
      return make_error(Status::kTimeout, "another caller is still fetching the credentials");
    }
  }
  flight_ = nullptr;
  if (!outcome) return std::nullopt;  // its leader had no memory
  if (*outcome) return Found{**outcome, false};
  const Error& error = outcome->error();
  // Its leader ran out of its own time, or was called off.
  if (error.status == Status::kTimeout || error.status == Status::kCancelled) return std::nullopt;
  if (current_) return Found{current_, true};
  return error;
}

void Search::wait() {
  const Call& call = wanted_.call;
  StateLock lock;
  gave_up_ = !flight_->landed.wait_for(lock.native(), call.stop,
                                       call.deadline - wanted_.world.clock.uptime(),
                                       [this] { return flight_->ended; });
}

bool Search::sleep(std::shared_ptr<Wakeable> sleeper) {
  if (flight_->ended) return false;
  flight_->sleepers.push_back(std::move(sleeper));
  return true;
}

void Search::stop_sleeping(const Wakeable& sleeper) noexcept {
  if (!flight_) return;
  std::shared_ptr<Wakeable> removed;  // goes after the lock
  const StateLock lock;
  auto& sleepers = flight_->sleepers;
  const auto found = std::find_if(sleepers.begin(), sleepers.end(),
                                  [&](const auto& kept) { return kept.get() == &sleeper; });
  if (found == sleepers.end()) return;
  removed = std::move(*found);
  sleepers.erase(found);
}

}  // namespace pgiam
