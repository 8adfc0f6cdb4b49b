#include "adapters/files_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/secret.h"
#include "base/write_all.h"

namespace pgiam {
namespace {

constexpr std::size_t kMostBytes = 16u << 20;

class Flock : public FileLock {
 public:
  explicit Flock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;  // closing releases the lock
};

std::string reason() {
  char text[128];
  return strerror_r(errno, text, sizeof text);
}

Error failed(const char* verb, const std::string& path) {
  return make_error(Status::kBadConfig,
                    "cannot " + std::string(verb) + " " + path + ": " + reason());
}

Error too_large(const std::string& path) {
  return make_error(Status::kBadConfig, path + " is larger than 16 MiB");
}

Result<void> make_folders(const std::string& path) {
  for (auto at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    const std::string folder = path.substr(0, at);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("make", folder);
  }
  return {};
}

}  // namespace

FileStamp PosixFiles::stamp(const std::string& path) const {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode)) return {};
  return {true,
          info.st_dev,
          info.st_ino,
          static_cast<std::uint64_t>(info.st_size),
          info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec,
          info.st_mode & 07777,
          S_ISREG(info.st_mode)};
}

Result<std::string> PosixFiles::read(const std::string& path) const {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT)
    return make_error(Status::kNoCredentials, path + " does not exist");
  if (file.get() < 0) return failed("read", path);
  struct stat info {};
  const bool sized = fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode);
  if (sized && static_cast<std::size_t>(info.st_size) > kMostBytes) return too_large(path);
  std::string text;
  std::size_t used = 0;
  text.resize((sized ? static_cast<std::size_t>(info.st_size) : 4096) + 1);
  for (;;) {
    const ssize_t got = ::read(file.get(), text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const Error error = failed("read", path);
      wipe(text);
      return error;
    }
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > kMostBytes) {
      wipe(text);
      return too_large(path);
    }
    if (used < text.size()) continue;
    std::string larger(text.size() * 2, '\0');  // not resize: it would leave the old bytes about
    larger.replace(0, used, text, 0, used);
    wipe(text);
    text.swap(larger);
  }
  text.resize(used);
  return text;
}

Result<void> PosixFiles::replace(const std::string& path, std::string_view content) const {
  if (auto made = make_folders(path); !made) return made.error();
  std::string temporary = path + ".XXXXXX";
  Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
  if (file.get() < 0) return failed("write beside", path);
  const bool written = write_all(file.get(), content) && fsync(file.get()) == 0 && file.close() &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  if (written) return {};
  const Error error = failed("write", path);
  ::unlink(temporary.c_str());
  return error;
}

Result<std::unique_ptr<FileLock>> PosixFiles::lock(const std::string& path,
                                                   Milliseconds patience) const {
  const std::string name = path + ".lock";
  if (auto made = make_folders(name); !made) return made.error();
  const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return failed("lock", name);
  auto held = std::make_unique<Flock>(fd);
  constexpr Milliseconds kStep{10};
  for (Milliseconds waited{0};; waited += kStep) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return std::unique_ptr<FileLock>(std::move(held));
    if (errno != EWOULDBLOCK && errno != EINTR) return failed("lock", name);
    if (waited >= patience) return make_error(Status::kTimeout, "another process holds " + name);
    const timespec pause{0, kStep.count() * 1'000'000L};
    nanosleep(&pause, nullptr);
  }
}

}  // namespace pgiam
