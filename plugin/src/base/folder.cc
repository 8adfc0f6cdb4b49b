#include "base/folder.h"

#include <string.h>
#include <unistd.h>

#include <cerrno>

#include "base/group.h"
#include "base/shell.h"

namespace pgiam {
namespace {

// "": nobody.
std::string who_else_may_write(const struct stat& info) {
  if ((info.st_mode & S_IWOTH) != 0) return "anybody";
  if ((info.st_mode & S_IWGRP) == 0) return "";
  return others_in(info.st_gid, geteuid()).value_or("");
}

// In a sticky folder an entry is its owner's alone to move, who is looked at by himself.
FolderComplaint complaint_of_one(const std::string& folder, bool only_leads_there) {
  constexpr const char* kSo = ", so no code is loaded from there";
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0)
    return {folder + " cannot be looked at (" + strerror(errno) + ")" + kSo, ""};
  const uid_t user = geteuid();
  if (info.st_uid != user && info.st_uid != 0)
    return {folder + " belongs to " + name_of_user(info.st_uid) + kSo, ""};
  if (only_leads_there && (info.st_mode & S_ISVTX) != 0) return {};
  const std::string who = who_else_may_write(info);
  if (who.empty()) return {};
  return {who + " may write to " + folder + kSo,
          info.st_uid == user ? "chmod go-w " + shell_word(folder) : ""};
}

}  // namespace

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

FolderComplaint complaint_of_code_folder(const std::string& path) {
  FolderComplaint complaint = complaint_of_one(path, false);
  for (std::string above = path; complaint.message.empty() && above != "/";) {
    above.resize(above.rfind('/'));
    if (above.empty()) above = "/";
    complaint = complaint_of_one(above, true);
  }
  return complaint;
}

}  // namespace pgiam
