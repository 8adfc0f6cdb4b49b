#include "base/folder.h"

#include <unistd.h>

#include "base/shell.h"

namespace pgiam {

FolderComplaint complaint_of_folder(const struct stat& info, const std::string& path) {
  const uid_t user = geteuid();
  if (info.st_uid != user && info.st_uid != 0 && user != 0)
    return {path + " belongs to another user (" + std::to_string(info.st_uid) +
                "), so nothing is written there",
            ""};
  if ((info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0)
    return {"anybody may write to " + path + ", so nothing is written there",
            "chmod o-w " + shell_word(path)};
  return {};
}

FolderComplaint complaint_of_folder(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return complaint_of_folder(info, path);
}

}  // namespace pgiam
