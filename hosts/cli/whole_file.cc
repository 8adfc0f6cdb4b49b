#include "whole_file.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/descriptor.h"
#include "base/folder.h"
#include "base/write_all.h"
#include "report.h"

namespace pgiam::cli {
namespace {

[[noreturn]] void cannot_write(const std::string& path) {
  throw UsageError("cannot write " + path + ": " + std::strerror(errno),
                   "see who may write into its folder");
}

// In the place of a device or a pipe no file is put.
void check_kind(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) return;
  if (S_ISLNK(info.st_mode))
    throw UsageError(path + " is a symbolic link", "name the file that it leads to");
  throw UsageError(path + " is no regular file", "name another file");
}

}  // namespace

void write_whole(const std::string& path, const std::string& text, mode_t mode) {
  const FolderComplaint complaint = complaint_of_folder(std::filesystem::absolute(path).parent_path());
  if (!complaint.message.empty())
    throw UsageError(complaint.message, complaint.command.empty() ? "name a file in a folder of your own" : complaint.command);
  check_kind(path);

  std::string temporary = path + ".XXXXXX";
  Descriptor file(mkstemp(temporary.data()));
  if (!file.is_open()) cannot_write(path);
  const bool is_written = write_all(file.get(), text) && fchmod(file.get(), mode) == 0 &&
                          fsync(file.get()) == 0 && file.close() &&
                          rename(temporary.c_str(), path.c_str()) == 0;
  if (is_written) return;
  const int why = errno;
  unlink(temporary.c_str());
  errno = why;
  cannot_write(path);
}

}  // namespace pgiam::cli
