#include "keeper.h"

#include <algorithm>
#include <ctime>
#include <exception>

namespace pgiam::keeper {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Milliseconds kAhead = minutes{5};
constexpr Milliseconds kLeastAhead = minutes{1};
constexpr Milliseconds kFirstRetry = seconds{5};
constexpr Milliseconds kLastRetry = minutes{2};
// A sleeping machine does not count down what is left of a wait: this is how late it may be.
constexpr Milliseconds kLongestWait = seconds{10};
// A clock that was moved further than this made tokens that are not what they seem.
constexpr Milliseconds kClockMoved = seconds{30};

std::string clock_time(Milliseconds time) {
  const std::time_t whole = time.count() / 1000;
  std::tm utc;
  char text[32];
  std::strftime(text, sizeof text, "%H:%M:%SZ", gmtime_r(&whole, &utc));
  return text;
}

Milliseconds retry_after(int failures) {
  return std::min(kLastRetry, kFirstRetry * (1 << std::min(failures - 1, 10)));
}

}  // namespace

Milliseconds refresh_time(Milliseconds made, Milliseconds expires) {
  const Milliseconds life = expires - made;
  Milliseconds wait = life / 2;
  if (life >= kAhead + kLeastAhead)
    wait = std::min(wait, life - kAhead);
  else if (life > kLeastAhead)
    wait = std::min(wait, life - kLeastAhead);
  return made + std::max(wait, kShortestWait);
}

Keeper::Keeper(std::vector<Item> items, Clock& clock, const Notifier& notifier, Voice voice,
               Milliseconds interval)
    : clock_(clock), notifier_(notifier), voice_(std::move(voice)), interval_(interval) {
  for (Item& item : items) states_.emplace_back().item = std::move(item);
}

void Keeper::refresh(State& state) {
  const Milliseconds asked = clock_.now();
  Fresh fresh = state.item.fetch();
  state.place = state.item.store(fresh.token.view());
  state.token = std::move(fresh.token);
  state.expires = fresh.expires_at;
  state.due = refresh_time(asked, fresh.expires_at);
  if (interval_.count() > 0) state.due = std::min(state.due, asked + interval_);
  if (state.failures > 0) voice_.remark(state.item.name + " has a fresh token again");
  state.failures = 0;
  state.told_of_death = false;
}

void Keeper::refresh_once() {
  std::exception_ptr first;
  for (State& state : states_) try {
      refresh(state);
    } catch (const std::exception&) {
      if (first) voice_.complain();
      if (!first) first = std::current_exception();
    }
  if (first) std::rethrow_exception(first);
}

void Keeper::report_failure(State& state) {
  if (state.failures++ == 0) {
    voice_.complain();
    if (clock_.now() < state.expires)
      voice_.remark(state.item.name + " keeps its token, which works until " +
                    clock_time(state.expires) + "; trying again");
    else
      voice_.remark(state.item.name + " has no token yet; trying again");
  }
  if (!state.token.empty() && clock_.now() >= state.expires && !state.told_of_death) {
    voice_.remark(state.item.name + ": the token has expired and there is no other; trying again");
    state.told_of_death = true;
  }
}

void Keeper::refresh_or_back_off(State& state) {
  try {
    refresh(state);
  } catch (const std::exception&) {
    report_failure(state);
    state.due = clock_.now() + retry_after(state.failures);
  }
}

void Keeper::put_back_if_changed(State& state) {
  if (state.token.empty() || clock_.now() >= state.expires) return;
  const Milliseconds uptime = clock_.uptime();
  if (state.last_put_back && uptime - *state.last_put_back < kLeastBetweenPuttingBack) return;
  if (state.item.state() == state.place) return;
  state.last_put_back = uptime;
  try {
    state.place = state.item.store(state.token.view());
  } catch (const std::exception&) {
    report_failure(state);
    state.due = clock_.now() + retry_after(state.failures);
  }
}

Milliseconds Keeper::next_due() const {
  Milliseconds next = Milliseconds::max();
  for (const State& state : states_) next = std::min(next, state.due);
  return next;
}

void Keeper::notice_changed_clock() {
  const Milliseconds offset = clock_.now() - clock_.uptime();
  if (std::chrono::abs(offset - offset_) > kClockMoved) {
    for (State& state : states_) state.due = clock_.now();
  }
  offset_ = offset;
}

void Keeper::run(const std::function<bool()>& is_final) {
  offset_ = clock_.now() - clock_.uptime();
  for (State& state : states_) try {
      refresh(state);
    } catch (const std::exception&) {
      if (is_final()) throw;
      report_failure(state);
      state.due = clock_.now() + retry_after(state.failures);
    }

  const Milliseconds watchdog = notifier_.watchdog();
  const Milliseconds longest =
      watchdog.count() > 0 ? std::min(watchdog, kLongestWait) : kLongestWait;
  bool ready = false;
  for (;;) {
    const bool all = std::all_of(states_.begin(), states_.end(),
                                 [](const State& state) { return !state.token.empty(); });
    if (all && !ready) notifier_.send("READY=1");
    ready = ready || all;
    notifier_.send("WATCHDOG=1");
    const Milliseconds left = next_due() - clock_.now();
    if (!clock_.wait(std::clamp(left, Milliseconds{0}, longest))) break;
    notice_changed_clock();
    for (State& state : states_) {
      if (state.due <= clock_.now())
        refresh_or_back_off(state);
      else
        put_back_if_changed(state);
      notifier_.send("WATCHDOG=1");  // each may take its time
    }
  }
  notifier_.send("STOPPING=1");
}

void Keeper::forget_all() {
  for (State& state : states_) {
    if (!state.token.empty()) state.item.forget(state.token.view());
  }
}

}  // namespace pgiam::keeper
