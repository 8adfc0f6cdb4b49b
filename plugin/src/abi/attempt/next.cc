// What the client is to do next; the pauses and waits on the way, and who calls them off.
#include <condition_variable>

#include "abi/attempt/attempt.h"
#include "abi/call_in_progress.h"

using namespace pgiam;

pgiam_attempt::pgiam_attempt(pgiam_context& context, const HostRequest& given,
                             std::vector<HostEntry> hosts)
    : context_(context),
      request_(given.request),
      no_wait_(given.no_wait),
      may_be_late_(given.may_be_late),
      functions_(given.functions),
      machine_(std::move(hosts), given.walks_list, std::string(given.request.sslmode)),
      event_(std::make_shared<WakeEvent>(may_be_late_ ? WakeEvent::Kind::kSocket
                                                      : WakeEvent::Kind::kAny)) {
  for (std::string_view password : given.host_passwords) host_passwords_.emplace_back(password);
}

Result<pgiam_step> pgiam_attempt::next() {
  // For _refresh to take.
  if (may_be_late_ && pending_ && !stop().stop_requested()) return wait_step(-1);
  event_->clear();
  for (;;) {
    if (stop().stop_requested()) {
      pending_.reset();
      return cancelled();
    }
    const Milliseconds uptime = context_.wired.clock().uptime();
    const auto step = machine_.next(uptime);
    switch (step.kind) {
      case Kind::kAsk:
        if (!ask(step.host)) return wait_step(-1);
        break;
      case Kind::kPause:
        if (no_wait_) return wait_step((step.until - uptime).count());
        if (!pause_here(step.until - uptime)) return cancelled();
        break;
      case Kind::kConnect:
        return connect_step(step.host);
      case Kind::kDone: {
        pgiam_step done = PGIAM_STEP_INIT;
        done.kind = PGIAM_STEP_DONE;
        done.descriptor = -1;
        return done;
      }
      case Kind::kNotOurs:
        return *step.why;
      case Kind::kFail:
        if (machine_.walks_list() && !machine_.has_connected()) prepare_for_resets();
        return *step.why;
    }
  }
}

Result<pgiam_step> pgiam_attempt::wait_step(std::int64_t wait_ms) {
  const auto descriptor = event_->descriptor();
  if (!descriptor) return descriptor.error();
  pgiam_step step = PGIAM_STEP_INIT;
  step.kind = PGIAM_STEP_WAIT;
  step.descriptor = *descriptor;
  step.wait_ms = wait_ms;
  return step;
}

bool pgiam_attempt::pause_here(Milliseconds pause) {
  std::mutex mutex;
  std::condition_variable_any over;
  const CallInProgress call(context_);
  const EitherStop either(call.stop(), stop());
  std::unique_lock lock(mutex);
  over.wait_for(lock, either.token(), pause, [] { return false; });
  return !either.token().stop_requested();
}

std::stop_token pgiam_attempt::stop() const {
  const std::lock_guard lock(mutex_);
  return stop_.get_token();
}

void pgiam_attempt::cancel() {
  std::stop_source stop(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    stop = stop_;
  }
  stop.request_stop();  // runs callbacks, so not under the lock
  event_->set();
}

void pgiam_attempt::restart() {
  pending_.reset();
  machine_.restart();
  event_->clear();
  const std::lock_guard lock(mutex_);
  stop_ = std::stop_source();
}
