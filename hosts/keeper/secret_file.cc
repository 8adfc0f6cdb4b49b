#include "secret_file.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/descriptor.h"
#include "base/folder.h"
#include "base/shell.h"
#include "base/write_all.h"

namespace pgiam::keeper {
namespace {

using host::SecretText;

// An editor that writes in place is done by then.
constexpr int kMostWaits = 500;
constexpr timespec kWait{0, 10'000'000};

[[noreturn]] void fail(const std::string& what, const std::string& path, std::string hint = "") {
  const int reason = errno;
  if (hint.empty() && (reason == EACCES || reason == EPERM || reason == EROFS))
    hint = "a file is replaced by a new one beside it: the folder must be writable";
  if (hint.empty() && (reason == ENOSPC || reason == EDQUOT)) hint = "make room on that disk";
  if (hint.empty()) hint = "the file is as it was";
  throw FileError("cannot " + what + " " + path + ": " + strerror(reason), hint);
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Not the time of the last status change: links and leases move it.
bool same_state(const struct stat& a, const struct stat& b) {
  return same_file(a, b) && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// The names beside FILE that are ours while it is replaced.
class Neighbours {
 public:
  explicit Neighbours(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string name = slash == path.npos ? path : path.substr(slash + 1);
    folder_ = slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    stem_ = folder_ + "/." + name + ".pgiam-";
  }
  std::string lock() const { return stem_ + "lock"; }
  std::string draft() const { return stem_ + "new"; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_, stem_;
};

// Keeps other keepers out. A lock file that was left behind is nobody's and is used again.
class Lock {
 public:
  explicit Lock(const std::string& path) : path_(path), fd_(acquire()) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { unlink(path_.c_str()); }  // who waits for it finds it gone and makes another

 private:
  Descriptor acquire() const {
    for (;;) {
      Descriptor fd(open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (fd.get() < 0) fail("create", path_);
      while (flock(fd.get(), LOCK_EX) != 0)
        if (errno != EINTR) fail("lock", path_);
      struct stat locked, named;
      if (fstat(fd.get(), &locked) == 0 && lstat(path_.c_str(), &named) == 0 &&
          same_file(locked, named))
        return fd;
    }
  }

  const std::string path_;
  const Descriptor fd_;
};

void check_folder(const std::string& path) {
  const FolderComplaint complaint = complaint_of_folder(path);
  if (complaint.message.empty()) return;
  throw FileError(complaint.message,
                  complaint.command.empty() ? "name a file in a folder of your own" : complaint.command);
}

void check_kind(const std::string& path, const struct stat& state) {
  if (!S_ISREG(state.st_mode)) throw FileError(path + " is no regular file", "name another file");
  if ((state.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    throw FileError(path + " may be read or written by others", "chmod 600 " + shell_word(path));
}

// FILE as it is now, watched: who wants to write into it is seen, and waits until this is gone.
class Original {
 public:
  explicit Original(const std::string& path)
      : path_(path),
        fd_(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)),
        exists_(fd_.get() >= 0) {
    if (!exists_ && errno == ENOENT) return;
    if (!exists_ && errno == ELOOP)
      throw FileError(path + " is a symbolic link", "name the file that it leads to");
    if (!exists_) fail("open", path);
    lease_ = take_lease();
    if (fstat(fd_.get(), &state_) != 0) fail("read", path);
    check_kind(path, state_);
  }

  bool exists() const { return exists_; }
  // False while somebody has it open for writing.
  bool quiet() const { return lease_ != Lease::kRefused; }
  const struct stat& state() const { return state_; }

  SecretText read() const {
    SecretText content;
    char piece[4096];
    for (off_t at = 0;;) {
      const ssize_t n = pread(fd_.get(), piece, sizeof piece, at);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("read", path_);
      if (n == 0) break;
      content.append({piece, static_cast<std::size_t>(n)});
      at += n;
    }
    explicit_bzero(piece, sizeof piece);
    return content;
  }

  // Whether `path` leads to this file, and nobody has written to it or is about to.
  bool unchanged_at(const std::string& path) const {
    struct stat named;
    const bool found = lstat(path.c_str(), &named) == 0;
    if (!exists_ || !found) return exists_ == found;
    if (lease_ == Lease::kHeld && fcntl(fd_.get(), F_GETLEASE) != F_RDLCK) return false;
    return same_state(named, state_);
  }

 private:
  enum class Lease { kNone, kHeld, kRefused };

  // fcntl(2), "Leases". Not every file system has them, and others' files take none.
  Lease take_lease() const {
    fcntl(fd_.get(), F_SETSIG, SIGURG);  // the kernel's notice, which by default does nothing
    if (fcntl(fd_.get(), F_SETLEASE, F_RDLCK) == 0) return Lease::kHeld;
    return errno == EAGAIN ? Lease::kRefused : Lease::kNone;
  }

  const std::string path_;
  const Descriptor fd_;
  const bool exists_;
  Lease lease_ = Lease::kNone;
  struct stat state_ = {};
};

// Each takes the other's name. musl 1.2.5 has no function for it.
bool exchange(const std::string& a, const std::string& b) {
  return syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0;
}

// What is to take FILE's place. Under the lock; what a killed keeper left is thrown away.
class Draft {
 public:
  explicit Draft(const std::string& path) : path_(path) { unlink(path.c_str()); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() { unlink(path_.c_str()); }

  void write(std::string_view content, const Original& original) const {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor fd(open(path_.c_str(), flags, 0600));
    if (fd.get() < 0) fail("create", path_);
    if (original.exists()) keep_owner(fd.get(), original.state());
    if (!write_all(fd.get(), content) || fsync(fd.get()) != 0) fail("write", path_);
  }

  // False, and nothing is done, if FILE is no longer the original.
  bool replace(const std::string& path, const Original& original) const {
    if (!original.unchanged_at(path)) return false;
    if (!original.exists()) return create(path);
    if (!exchange(path_, path)) return rename_over(path);
    // Somebody may have come between the look and the exchange.
    if (original.unchanged_at(path_)) return true;
    if (!exchange(path_, path)) fail("put back", path);
    return false;
  }

 private:
  void keep_owner(int fd, const struct stat& state) const {
    struct stat mine;
    if (fstat(fd, &mine) != 0) fail("write", path_);
    if (mine.st_uid != state.st_uid && fchown(fd, state.st_uid, state.st_gid) != 0)
      fail("keep the owner of", path_, "run pgiam as the user whose file it is");
    if (mine.st_gid != state.st_gid && fchown(fd, state.st_uid, state.st_gid) != 0 &&
        errno != EPERM)
      fail("keep the group of", path_);
    if (fchmod(fd, state.st_mode & 07777) != 0) fail("write", path_);
  }

  bool create(const std::string& path) const {
    if (link(path_.c_str(), path.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
    return rename_over(path);
  }

  // Where the file system can do no better.
  bool rename_over(const std::string& path) const {
    if (rename(path_.c_str(), path.c_str()) != 0) fail("replace", path);
    return true;
  }

  const std::string path_;
};

void sync_folder(const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() >= 0) fsync(fd.get());
}

// The state of FILE once it has what `edit` made of it; nothing when somebody was writing meanwhile.
// It is taken before others can come at the file: what they do then shows.
std::optional<std::string> try_update(const std::string& path, const Neighbours& names,
                                      const std::function<SecretText(std::string_view)>& edit) {
  const Draft draft(names.draft());
  const Original original(path);
  if (!original.quiet()) return std::nullopt;
  const SecretText before = original.exists() ? original.read() : SecretText();
  const SecretText after = edit(before.view());
  if (original.exists() && after.view() == before.view()) {
    const std::string state = state_of_file(path);
    return original.unchanged_at(path) ? std::optional(state) : std::nullopt;
  }
  draft.write(after.view(), original);
  const std::string state = state_of_file(names.draft());
  return draft.replace(path, original) ? std::optional(state) : std::nullopt;
}

}  // namespace

std::string update_file(const std::string& path,
                        const std::function<SecretText(std::string_view content)>& edit) {
  const Neighbours names(path);
  check_folder(names.folder());
  const Lock lock(names.lock());
  std::optional<std::string> state;
  for (int wait = 0; !(state = try_update(path, names, edit)); ++wait) {
    if (wait == kMostWaits)
      throw FileError("another program keeps writing " + path, "close it, or name another file");
    nanosleep(&kWait, nullptr);
  }
  sync_folder(names.folder());
  return *state;
}

std::string state_of_file(const std::string& path) {
  struct stat state;
  if (lstat(path.c_str(), &state) != 0) return "";
  std::string text;
  for (long long number :
       {static_cast<long long>(state.st_dev), static_cast<long long>(state.st_ino),
        static_cast<long long>(state.st_size), static_cast<long long>(state.st_mtim.tv_sec),
        static_cast<long long>(state.st_mtim.tv_nsec)})
    text += std::to_string(number) + ' ';
  return text;
}

void remove_file(const std::string& path, std::string_view content) {
  const Neighbours names(path);
  const Lock lock(names.lock());
  const Draft left_behind(names.draft());
  const Original original(path);
  if (original.exists() && original.quiet() && original.read().view() == content &&
      original.unchanged_at(path))
    unlink(path.c_str());
  sync_folder(names.folder());
}

}  // namespace pgiam::keeper
