#include "adapters/process_posix.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "adapters/reaper.h"
#include "adapters/waiter.h"
#include "base/descriptor.h"
#include "base/redact.h"
#include "base/secret.h"

extern char** environ;

namespace pgiam {
namespace {

// Where nothing tells that a program has ended.
constexpr Milliseconds kLookAgain{20};
// Who runs for longer is heard: it may be telling a person what to do.
constexpr Milliseconds kSlow{1'000};
constexpr std::size_t kMostWords = 500;
// Usual output fits, so that a secret in it is not left behind by a growing string.
constexpr std::size_t kUsualOutput = 16 * 1024;

Error failure(const std::string& what, int error) {
  return make_error(Status::kInternal, what + ": " + strerror(error));
}

struct Pipe {
  Descriptor read, write;

  bool make() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    // A host without standard streams gets their numbers, which the child's own would overwrite.
    if (ends[1] <= 2) write = Descriptor(fcntl(ends[1], F_DUPFD_CLOEXEC, 3));
    return write.is_open() && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
  }
};

// What the child starts with: the two pipes, nothing else of the host's, default signals. And no
// input and no terminal, where one that reads it would be stopped, or ask whom nobody is to ask; or
// the terminal as its input. The host's own input is for the host.
class SpawnSetup {
 public:
  SpawnSetup(int out, int err, bool may_ask)
      : terminal_(may_ask ? open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC) : -1) {
    posix_spawn_file_actions_init(&actions_);
    if (terminal_.is_open())
      posix_spawn_file_actions_adddup2(&actions_, terminal_.get(), 0);
    else
      posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, out, 1);
    posix_spawn_file_actions_adddup2(&actions_, err, 2);
    close_from(3);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    posix_spawnattr_setflags(&attributes_,
                             static_cast<short>(may_ask ? flags : flags | POSIX_SPAWN_SETSID));
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }

  int spawn(pid_t* pid, const std::vector<std::string>& argv) const {
    std::vector<char*> words;
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return posix_spawnp(pid, words[0], &actions_, &attributes_, words.data(), environ);
  }

 private:
  // Looked up by name, so that one build serves C libraries with it (glibc 2.34) and without: there
  // what is open now is closed one by one.
  void close_from(int first) {
    using CloseFrom = int (*)(posix_spawn_file_actions_t*, int);
    static const auto all_at_once =
        reinterpret_cast<CloseFrom>(dlsym(RTLD_DEFAULT, "posix_spawn_file_actions_addclosefrom_np"));
    if (all_at_once != nullptr) return static_cast<void>(all_at_once(&actions_, first));
    DIR* const open_now = opendir("/proc/self/fd");
    if (open_now == nullptr) return;
    while (const dirent* entry = readdir(open_now))
      if (const int fd = atoi(entry->d_name); fd >= first)
        posix_spawn_file_actions_addclose(&actions_, fd);
    closedir(open_now);
  }

  const Descriptor terminal_;
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// A child and, where it leads a group, all that it started. Given up when this goes before it has
// ended.
class Child {
 public:
  Child(pid_t pid, bool leads_group)
      : pid_(pid),
        leads_group_(leads_group),
        handle_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  // Becomes readable when the child ends; -1 on kernels without pidfd_open, or when it is over.
  int handle() const { return handle_.get(); }

  // Whether it has ended; then exit_code() holds.
  bool reap() {
    if (over_) return true;
    int status = 0;
    pid_t got = 0;
    do got = waitpid(pid_, &status, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got == 0) return false;
    over_ = true;
    if (got < 0) return true;  // ECHILD: the host takes no reports
    exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
  }
  int exit_code() const { return exit_code_; }

  // Where it may not be ended, what is left running; else "".
  std::string end() {
    if (std::exchange(over_, true) || give_up(pid_, leads_group_, std::move(handle_)))
      return "";
    return "process " + std::to_string(pid_);
  }

 private:
  const pid_t pid_;
  const bool leads_group_;
  Descriptor handle_;
  bool over_ = false;
  int exit_code_ = 0;
};

// One of the child's outputs, as far as it is kept.
class Stream {
 public:
  Stream(Descriptor from, std::size_t limit) : from_(std::move(from)), limit_(limit) {
    text_.reserve(std::min(limit, kUsualOutput));
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { wipe(text_); }

  int fd() const { return from_.get(); }
  bool overflowed() const { return overflowed_; }
  std::string_view text() const { return text_; }
  std::string take() { return std::move(text_); }

  // All that is there by now.
  void drain() {
    char buffer[4096];
    while (from_.is_open()) {
      const ssize_t got = read(from_.get(), buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) break;
      if (got <= 0) {
        from_.close();
        break;
      }
      const std::size_t kept = std::min(static_cast<std::size_t>(got), limit_ - text_.size());
      append_wiping(text_, {buffer, kept});
      overflowed_ = overflowed_ || kept < static_cast<std::size_t>(got);
      if (overflowed_ && kept == 0) break;  // an endless one must not keep us here
    }
    wipe(buffer, sizeof buffer);
  }

 private:
  Descriptor from_;
  const std::size_t limit_;
  std::string text_;
  bool overflowed_ = false;
};

Error not_in_time(Child& child, Stream& err) {
  err.drain();
  std::string message = "the program did not end in time";
  if (const std::string left = child.end(); !left.empty())
    message += ", and may not be ended by this user: it runs on as " + left;
  if (const std::string words = redact(err.text(), kMostWords); !words.empty())
    message += "; it said: " + words;
  Error error = make_error(Status::kTimeout, message,
                           "raise the option timeout_ms if it needs longer");
  error.retryable = true;
  return error;
}

Error too_long(const ProcessRequest& request) {
  return make_error(Status::kBadResponse, "the program's output is longer than " +
                                              std::to_string(request.stdout_limit) + " bytes");
}

}  // namespace

Result<ProcessResult> PosixProcess::run(const ProcessRequest& request, const Call& call) {
  if (privileged_)
    return make_error(Status::kUnsupported,
                      "a program that has rights which its caller lacks starts no other",
                      "let another source give the credentials");
  Pipe out_pipe, err_pipe;
  if (!out_pipe.make() || !err_pipe.make()) return failure("no pipe for a program", errno);

  pid_t pid = 0;
  const SpawnSetup setup(out_pipe.write.get(), err_pipe.write.get(), call.may_prompt);
  if (const int error = setup.spawn(&pid, request.argv); error != 0)
    return make_error(Status::kBadConfig,
                      "cannot start " + request.argv[0] + ": " + strerror(error));
  Child child(pid, !call.may_prompt);
  out_pipe.write.close();
  err_pipe.write.close();
  Stream out(std::move(out_pipe.read), request.stdout_limit);
  Stream err(std::move(err_pipe.read), request.stderr_limit);

  Call limited = call;
  const Milliseconds start = clock_.uptime();
  limited.deadline = start + request.timeout;
  // The time that a person takes is theirs, not the call's.
  if (!call.may_prompt) limited.deadline = std::min(limited.deadline, call.deadline);
  Waiter waiter(clock_, limited);
  bool slow = false;
  std::size_t heard = 0;
  for (;;) {
    pollfd events[] = {
        {child.handle(), POLLIN, 0}, {out.fd(), POLLIN, 0}, {err.fd(), POLLIN, 0}};
    Milliseconds pause = child.handle() < 0 ? kLookAgain : Milliseconds::max();
    if (!slow) pause = std::min(pause, kSlow);
    const auto end = waiter.wait(events, pause);
    slow = slow || clock_.uptime() - start >= kSlow;
    if (end == Waiter::End::kTimeout) return not_in_time(child, err);
    if (end == Waiter::End::kCancelled) return cancelled();
    const bool ended = child.reap();
    out.drain();
    err.drain();
    if (out.overflowed()) return too_long(request);
    // What it left running may keep the outputs open: that is not waited for.
    if (ended) break;
    if (request.hear && slow && err.text().size() > heard)
      request.hear(err.text().substr(std::exchange(heard, err.text().size())));
  }
  return ProcessResult{child.exit_code(), out.take(), err.take()};
}

}  // namespace pgiam
