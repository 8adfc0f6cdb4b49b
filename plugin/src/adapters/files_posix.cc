#include "adapters/files_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "adapters/environment_posix.h"
#include "adapters/file_trust.h"
#include "adapters/waiter.h"
#include "base/descriptor.h"
#include "base/folder.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/write_all.h"

namespace pgiam {
namespace {

constexpr std::size_t kMostBytes = 16u << 20;
constexpr Milliseconds kTryAgain{10};  // where nothing tells when a lock is let go

class Flock : public FileLock {
 public:
  explicit Flock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;  // closing releases the lock
};

// POSIX's strerror_r() answers a number, GNU's the text.
[[maybe_unused]] const char* text_of(int, const char* written) { return written; }
[[maybe_unused]] const char* text_of(const char* answered, const char*) { return answered; }

std::string reason() {
  char text[128] = "";
  return text_of(strerror_r(errno, text, sizeof text), text);
}

Error failed(const char* verb, const std::string& path) {
  return make_error(Status::kBadConfig,
                    "cannot " + std::string(verb) + " " + path + ": " + reason());
}

Error too_large(const std::string& path) {
  return make_error(Status::kBadConfig, path + " is larger than 16 MiB");
}

// A home is not made: where a service's is none ("/nonexistent"), nothing is written there.
Result<void> make_folders(const std::string& path) {
  const auto home = PosixEnvironment().home();
  if (home && path.starts_with(*home + '/') && access(home->c_str(), F_OK) != 0)
    return failed("find the home", *home);
  for (auto at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    const std::string folder = path.substr(0, at);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("make", folder);
  }
  return {};
}

// The folder of a file that is to be written: this user's own or the system's, where strangers can
// put nothing. All in it is done through the descriptor, whatever becomes of its name meanwhile.
class Folder {
 public:
  static Result<Folder> of(const std::string& path) {
    if (auto made = make_folders(path); !made) return made.error();
    const auto slash = path.rfind('/');
    const std::string name = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    Folder folder;
    folder.name_ = slash == std::string::npos ? path : path.substr(slash + 1);
    folder.fd_ = Descriptor(::open(name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct stat info {};
    if (!folder.fd_.is_open() || fstat(folder.fd_.get(), &info) != 0) return failed("open", name);
    FolderComplaint complaint = complaint_of_folder(info, name);
    if (complaint.message.empty()) return folder;
    return make_error(Status::kBadConfig, std::move(complaint.message),
                      std::move(complaint.command));
  }

  int fd() const { return fd_.get(); }
  const std::string& name() const { return name_; }  // of the file in it

 private:
  Descriptor fd_;
  std::string name_;
};

// A new file of no name that anybody knows.
Descriptor make_temporary(const Folder& folder, std::string& name) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    name = folder.name() + "." + std::to_string(random_bits());
    Descriptor file(openat(folder.fd(), name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.is_open() || errno != EEXIST) return file;
  }
  return Descriptor();
}

// What a shell puts in place of "<(command)": it can be read once, so what is written into it later
// must not look like a change.
bool is_nameless_pipe(const std::string& path) {
  constexpr decltype(std::declval<struct statfs>().f_type) kPipefs = 0x50495045;
  struct statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == kPipefs;
}

// One file from beginning to end. A regular one is read at once; for a pipe, and whatever else may
// keep a reader waiting, the call's limits hold.
class Reader {
 public:
  Reader(const std::string& path, const Clock& clock, const Call& call)
      : path_(path), clock_(clock), call_(call) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { wipe(text_); }

  Result<void> open() {
    for (;;) {
      file_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
      if (file_.is_open()) return {};
      if (errno == EINTR) continue;
      if (errno == ENOENT)
        return make_error(Status::kNoCredentials, path_ + " does not exist");
      if (errno != EWOULDBLOCK) return failed("read", path_);
      if (auto waited = wait({}); !waited) return waited;  // until its holder gives up a lease
    }
  }

  // What was opened, whatever its name means by now.
  Result<void> check_trust() const {
    struct stat info {};
    if (fstat(file_.get(), &info) != 0) return failed("read", path_);
    if (auto why = why_not_trusted(info, path_)) return std::move(*why);
    return {};
  }

  Result<std::string> read() {
    struct stat info {};
    if (fstat(file_.get(), &info) != 0) return failed("read", path_);
    const bool regular = S_ISREG(info.st_mode);
    const auto size = static_cast<std::size_t>(regular ? info.st_size : 0);
    if (size > kMostBytes) return too_large(path_);
    text_.resize((size > 0 ? size : 4096) + 1);
    pollfd event{file_.get(), POLLIN, 0};
    // A pipe to which no writer has come yet reads as if it were at its end; poll tells better.
    bool must_wait = !regular;
    for (;;) {
      if (must_wait)
        if (auto waited = wait({&event, 1}); !waited) return waited.error();
      const ssize_t got = ::read(file_.get(), text_.data() + used_, text_.size() - used_);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno != EAGAIN) return failed("read", path_);
      must_wait = !regular || got < 0;
      if (got < 0) continue;
      used_ += static_cast<std::size_t>(got);
      if (got == 0 || (size > 0 && used_ == size)) break;
      if (used_ > kMostBytes) return too_large(path_);
      if (used_ == text_.size()) {
        reserve_wiping(text_, used_ * 2);
        text_.resize(used_ * 2);
      }
    }
    text_.resize(used_);
    return std::move(text_);
  }

 private:
  Result<void> wait(std::span<pollfd> event) {
    if (!waiter_) waiter_.emplace(clock_, call_);
    const auto end = waiter_->wait(event, event.empty() ? kTryAgain : Milliseconds::max());
    if (end == Waiter::End::kCancelled)
      return make_error(Status::kCancelled, "cancelled while waiting for " + path_);
    if (end != Waiter::End::kTimeout) return {};
    Error error = make_error(Status::kTimeout,
                             path_ + ", which is no regular file, did not come to its end in time",
                             "name a regular file, or raise the option timeout_ms");
    error.retryable = true;
    return error;
  }

  const std::string& path_;
  const Clock& clock_;
  const Call& call_;
  Descriptor file_;
  std::optional<Waiter> waiter_;
  std::string text_;
  std::size_t used_ = 0;
};

}  // namespace

FileStamp PosixFiles::stamp(const std::string& path) const {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode)) return {};
  FileStamp stamp{true,
                  info.st_dev,
                  info.st_ino,
                  static_cast<std::uint64_t>(info.st_size),
                  info.st_ctim.tv_sec * 1'000'000'000LL + info.st_ctim.tv_nsec,
                  info.st_mode & 07777,
                  info.st_uid,
                  info.st_gid,
                  S_ISREG(info.st_mode)};
  if (S_ISFIFO(info.st_mode) && is_nameless_pipe(path)) stamp.changed_ns = 0;
  return stamp;
}

Result<std::string> PosixFiles::read(const std::string& path, const Call& call) const {
  Reader reader(path, clock_, call);
  if (auto opened = reader.open(); !opened) return opened.error();
  return reader.read();
}

Result<std::string> PosixFiles::read_trusted(const std::string& path, const Call& call) const {
  Reader reader(path, clock_, call);
  if (auto opened = reader.open(); !opened) return opened.error();
  if (auto trusted = reader.check_trust(); !trusted) return trusted.error();
  return reader.read();
}

Result<void> PosixFiles::replace(const std::string& path, std::string_view content) const {
  const auto folder = Folder::of(path);
  if (!folder) return folder.error();
  std::string temporary;
  Descriptor file = make_temporary(*folder, temporary);
  if (!file.is_open()) return failed("write beside", path);
  const int fd = folder->fd();
  const bool written = write_all(file.get(), content) && fsync(file.get()) == 0 && file.close() &&
                       renameat(fd, temporary.c_str(), fd, folder->name().c_str()) == 0;
  if (written) return {};
  const Error error = failed("write", path);
  unlinkat(fd, temporary.c_str(), 0);
  return error;
}

Result<std::unique_ptr<FileLock>> PosixFiles::lock(const std::string& path,
                                                   const Call& call) const {
  const std::string name = path + ".lock";
  const auto folder = Folder::of(name);
  if (!folder) return folder.error();
  const int fd = openat(folder->fd(), folder->name().c_str(),
                        O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0) return failed("lock", name);
  auto held = std::make_unique<Flock>(fd);
  std::optional<Waiter> waiter;
  for (;;) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return std::unique_ptr<FileLock>(std::move(held));
    if (errno != EWOULDBLOCK && errno != EINTR) return failed("lock", name);
    if (!waiter) waiter.emplace(clock_, call);
    const auto end = waiter->wait({}, kTryAgain);
    if (end == Waiter::End::kCancelled)
      return make_error(Status::kCancelled, "cancelled while another process held " + name);
    if (end == Waiter::End::kTimeout)
      return make_error(Status::kTimeout, "another process holds " + name);
  }
}

}  // namespace pgiam
