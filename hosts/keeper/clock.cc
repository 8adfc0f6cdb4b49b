#include "clock.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace pgiam::keeper {
namespace {

// A signal is a byte in this pipe: a blocked one would stay blocked in programs that are run.
int ends[2] = {-1, -1};

void ask_to_end(int) {
  const int reason = errno;
  [[maybe_unused]] const ssize_t written = write(ends[1], "", 1);
  errno = reason;
}

Milliseconds read(clockid_t id) {
  timespec time;
  clock_gettime(id, &time);
  return Milliseconds{time.tv_sec * 1000LL + time.tv_nsec / 1'000'000};
}

}  // namespace

SystemClock::SystemClock() {
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
  struct sigaction action = {};
  action.sa_handler = ask_to_end;
  for (int number : {SIGTERM, SIGINT}) sigaction(number, &action, nullptr);
}

Milliseconds SystemClock::now() const { return read(CLOCK_REALTIME); }

Milliseconds SystemClock::uptime() const { return read(CLOCK_BOOTTIME); }

bool SystemClock::wait(Milliseconds limit) {
  pollfd asked = {ends[0], POLLIN, 0};
  return poll(&asked, 1, static_cast<int>(limit.count())) <= 0 || !(asked.revents & POLLIN);
}

}  // namespace pgiam::keeper
