// Files of a POSIX system.
#pragma once

#include "ports/clock.h"
#include "ports/files.h"

namespace pgiam {

class PosixFiles : public Files {
 public:
  // `clock` is the one that deadlines are measured on, and outlives this.
  explicit PosixFiles(const Clock& clock) : clock_(clock) {}

  FileStamp stamp(const std::string& path) const override;
  Result<std::string> read(const std::string& path, const Call& call) const override;
  Result<std::string> read_trusted(const std::string& path, const Call& call) const override;
  Result<void> replace(const std::string& path, std::string_view content) const override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                         const Call& call) const override;

 private:
  const Clock& clock_;
};

}  // namespace pgiam
