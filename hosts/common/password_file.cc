#include "password_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/uncancellable.h"
#include "base/write_all.h"

namespace pgiam::host {
namespace {

constexpr const char* kSpecials = ":\\";  // the one ends a field, the other keeps it from doing so

// Needs no memory.
void overwrite(int fd) {
  static constexpr char kZeros[4096] = {};
  off_t left = lseek(fd, 0, SEEK_END);
  lseek(fd, 0, SEEK_SET);
  while (left > 0) {
    const off_t size = std::min(left, static_cast<off_t>(sizeof kZeros));
    if (!write_all(fd, {kZeros, static_cast<std::size_t>(size)})) return;
    left -= size;
  }
}

}  // namespace

void append_line(SecretText& content, std::string_view host, std::string_view port,
                 std::string_view password, std::size_t padding) {
  content.append_escaped(host, kSpecials).append(":");
  content.append_escaped(port, kSpecials).append(":*:*:");
  content.append_escaped(password, kSpecials);
  if (padding) content.append(":").append(padding, 'x');
  content.append("\n");
}

PasswordFile::PasswordFile(std::string_view content) {
  const Uncancellable to_its_end;
  if (!may_write(content.size())) {
    errno = EFBIG;
    return;
  }
  if (write_to_memory(content) || write_to_folder("/dev/shm", content)) return;
  const char* folder = secure_getenv("TMPDIR");
  write_to_folder(folder && *folder ? folder : "/tmp", content);
}

PasswordFile::~PasswordFile() { clear(); }

bool PasswordFile::write_to_memory(std::string_view content) {
  fd_ = memfd_create("pgiam", MFD_CLOEXEC);
  path_ = "/proc/self/fd/" + std::to_string(fd_);
  // libpq takes no password file that others may read.
  if (fd_ >= 0 && fchmod(fd_, 0600) == 0 && write_all(fd_, content) &&
      access(path_.c_str(), R_OK) == 0) {
    return true;
  }
  clear();
  return false;
}

// Where there is no memfd_create or no /proc: a file that lives as long as the call.
bool PasswordFile::write_to_folder(const char* folder, std::string_view content) {
  path_ = std::string(folder) + "/pgiam-libpq-XXXXXX";
  fd_ = mkostemp(path_.data(), O_CLOEXEC);  // mode 0600
  on_disk_ = fd_ >= 0;
  if (on_disk_ && write_all(fd_, content)) return true;
  clear();
  return false;
}

void PasswordFile::clear() {
  const Uncancellable to_its_end;
  const int reason = errno;
  if (on_disk_) unlink(path_.c_str());
  if (fd_ >= 0) {
    // Not only let go of: the pages may be mapped or backed by something that remembers.
    overwrite(fd_);
    close(fd_);
  }
  fd_ = -1;
  on_disk_ = false;
  path_.clear();
  errno = reason;
}

}  // namespace pgiam::host
