#include "adapters/reaper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "base/signals.h"
#include "base/state_lock.h"

namespace pgiam {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How long a program may take to end by itself once it is asked to.
constexpr milliseconds kGrace{300};
// Where nothing tells that a program has ended.
constexpr milliseconds kLookAgain{100};

bool may_be_ended(pid_t pid, bool leads_group, int signal) {
  if (leads_group) kill(-pid, signal);
  // It may have left its group. Until it is reaped its number is nobody else's.
  return kill(pid, signal) == 0 || errno != EPERM;
}

class Child {
 public:
  Child(pid_t pid, bool leads_group, Descriptor handle)
      : pid_(pid),
        leads_group_(leads_group),
        handle_(std::move(handle)),
        kill_at_(Clock::now() + kGrace) {}

  int handle() const { return handle_.get(); }

  // Whether it is over and done with.
  bool look() {
    if (!killed_ && Clock::now() >= kill_at_) {
      // A group's number is its leader's until that is reaped.
      may_be_ended(pid_, leads_group_, SIGKILL);
      killed_ = true;
    }
    if (!killed_ && !has_ended()) return false;
    if (!killed_ && leads_group_) kill(-pid_, SIGKILL);
    const pid_t got = waitpid(pid_, nullptr, WNOHANG);
    return got == pid_ || (got < 0 && errno == ECHILD);
  }

  milliseconds patience() const {
    if (!killed_) return std::chrono::ceil<milliseconds>(kill_at_ - Clock::now());
    return handle_.is_open() ? milliseconds::max() : kLookAgain;
  }

 private:
  bool has_ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == pid_;
  }

  pid_t pid_;
  bool leads_group_;
  Descriptor handle_;
  Clock::time_point kill_at_;
  bool killed_ = false;
};

// Under the state lock. Never destroyed: the thread may outlive main.
struct Waiting {
  std::vector<Child> children;  // that the thread has not taken over yet
  bool has_thread = false;
  Descriptor wake;  // readable where there are such
  std::uint64_t fork = fork_count();
};

Waiting& waiting() {
  static auto* const only = new Waiting;
  // What the parent waits for is no child of this process.
  if (only->fork != fork_count()) *only = Waiting();
  return *only;
}

void wait(const std::vector<Child>& children, int wake) {
  std::vector<pollfd> events{{wake, POLLIN, 0}};
  milliseconds patience = milliseconds::max();
  for (const Child& child : children) {
    events.push_back({child.handle(), POLLIN, 0});
    patience = std::min(patience, child.patience());
  }
  const bool for_ever = patience == milliseconds::max();
  poll(events.data(), events.size(),
       for_ever ? -1 : static_cast<int>(std::max(patience, milliseconds{0}).count()));
  eventfd_t count;
  eventfd_read(wake, &count);
}

void run() {
  std::vector<Child> children;
  for (;;) {
    int wake;
    {
      const StateLock lock;
      Waiting& more = waiting();
      for (Child& child : more.children) children.push_back(std::move(child));
      more.children.clear();
      more.has_thread = !children.empty();
      if (children.empty()) return;
      wake = more.wake.get();
    }
    std::erase_if(children, [](Child& child) { return child.look(); });
    if (!children.empty()) wait(children, wake);
  }
}

void start_thread() {
  const SignalsBlocked blocked;
  std::thread(run).detach();
}

// For the thread, which is started if there is none.
void hand_over(pid_t pid, bool leads_group, Descriptor handle) {
  bool wanted;
  {
    const StateLock lock;
    Waiting& list = waiting();
    if (!list.wake.is_open()) list.wake = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    list.children.emplace_back(pid, leads_group, std::move(handle));
    wanted = !std::exchange(list.has_thread, true);
    if (!wanted) eventfd_write(list.wake.get(), 1);
  }
  if (!wanted) return;
  try {
    start_thread();
  } catch (...) {
    const StateLock lock;
    waiting().has_thread = false;
    throw;
  }
}

}  // namespace

bool give_up(pid_t pid, bool leads_group, Descriptor handle) noexcept {
  const bool can = may_be_ended(pid, leads_group, SIGTERM);
  try {
    hand_over(pid, leads_group, std::move(handle));
  } catch (...) {
    // No memory or no thread: it is killed at once, and reaped with the next one that is given up.
    may_be_ended(pid, leads_group, SIGKILL);
    waitpid(pid, nullptr, WNOHANG);
  }
  return can;
}

}  // namespace pgiam
