// Tells whether a file is still the one that was seen, without reading it.
#pragma once

#include <sys/stat.h>
#include <time.h>

namespace pgiam::host {

struct FileStamp {
  FileStamp() = default;  // of no file
  explicit FileStamp(const char* path) {
    struct stat status;
    if (stat(path, &status) != 0) return;
    is_there = true;
    device = status.st_dev, inode = status.st_ino, mode = status.st_mode, size = status.st_size;
    changed = status.st_ctim.tv_sec, changed_ns = status.st_ctim.tv_nsec;
  }
  bool operator==(const FileStamp&) const = default;
  // Changed so lately that another change may fall into the same tick of the file system's clock.
  bool is_fresh() const { return is_there && changed >= time(nullptr) - 2; }

  bool is_there = false;
  dev_t device = 0;
  ino_t inode = 0;
  mode_t mode = 0;
  off_t size = 0;
  time_t changed = 0;
  long changed_ns = 0;
};

}  // namespace pgiam::host
