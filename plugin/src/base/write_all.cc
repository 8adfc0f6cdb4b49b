#include "base/write_all.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

namespace pgiam {

bool may_write(std::size_t size) {
  rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || size <= limit.rlim_cur;
}

bool write_all(int fd, std::string_view text) {
  if (!may_write(text.size())) {
    errno = EFBIG;
    return false;
  }
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace pgiam
