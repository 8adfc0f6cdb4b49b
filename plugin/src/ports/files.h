// Files, as far as the core reads and replaces them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/call.h"
#include "base/result.h"
#include "base/time.h"

namespace pgiam {

// Tells whether a file is still the one that was read. `exists` is false for a missing file, and
// two missing files are equal. A folder is no file.
struct FileStamp {
  bool exists = false;
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t changed_ns = 0;  // ctime: mtime may be kept when another file is put in the place
  std::uint32_t mode = 0;       // permission bits
  std::uint32_t owner = 0, group = 0;
  bool regular = false;  // not a folder, pipe, device …
  // Changed so lately that the next change may fall into the same tick of the file system's clock:
  // what was read is not to be kept.
  bool is_fresh(Time now) const {
    return exists &&
           now.time_since_epoch() - Milliseconds(changed_ns / 1'000'000) <= Milliseconds(100);
  }
  bool operator==(const FileStamp&) const = default;
};

// Held while it lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// The call was over before the file was read: that is not the file's fault.
inline bool is_interruption(const Error& error) {
  return error.status == Status::kTimeout || error.status == Status::kCancelled;
}

class Files {
 public:
  virtual ~Files() = default;
  virtual FileStamp stamp(const std::string& path) const = 0;
  // The whole file. kNoCredentials when there is none, kBadConfig when it cannot be read or is
  // larger than 16 MiB. A pipe is waited for: kTimeout, kCancelled. What is read may be secret:
  // wipe it.
  virtual Result<std::string> read(const std::string& path, const Call& call) const = 0;
  // The same of a file that says whom to trust. What somebody else than root and this user can have
  // written is kBadConfig: who, the file's owner and mode, and what to type.
  virtual Result<std::string> read_trusted(const std::string& path, const Call& call) const = 0;
  // Makes missing folders (0700), writes beside the file with mode 0600, then renames: a reader
  // sees the old or the new file, never a half one.
  virtual Result<void> replace(const std::string& path, std::string_view content) const = 0;
  // An exclusive lock between processes and threads, on `path` + ".lock". kTimeout when another
  // holds it until the call's deadline, kCancelled.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                 const Call& call) const = 0;
};

}  // namespace pgiam
