// Files of a POSIX system.
#pragma once

#include "ports/files.h"

namespace pgiam {

class PosixFiles : public Files {
 public:
  FileStamp stamp(const std::string& path) const override;
  Result<std::string> read(const std::string& path) const override;
  Result<void> replace(const std::string& path, std::string_view content) const override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                         Milliseconds patience) const override;
};

}  // namespace pgiam
