#include "adapters/file_trust.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "base/shell.h"

namespace pgiam {
namespace {

struct CloseFile {
  void operator()(FILE* file) const { fclose(file); }
};

std::string octal(mode_t mode) {
  char text[8];
  snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

// All accounts that a name of the system's stands for, without getpwent: its place in the list is the
// whole process's.
class Accounts {
 public:
  Accounts() : file_(fopen("/etc/passwd", "re")) {}
  explicit operator bool() const { return file_ != nullptr; }
  const passwd* next() {
    passwd* found = nullptr;
    return fgetpwent_r(file_.get(), &entry_, buffer_.data(), buffer_.size(), &found) == 0 ? found
                                                                                          : nullptr;
  }

 private:
  std::unique_ptr<FILE, CloseFile> file_;
  passwd entry_{};
  std::vector<char> buffer_ = std::vector<char>(16 << 10);
};

std::string name_of_user(uid_t user) {
  Accounts accounts;
  while (const passwd* account = accounts ? accounts.next() : nullptr)
    if (account->pw_uid == user) return account->pw_name;
  return "uid " + std::to_string(user);
}

// Who but this user is in the group; nothing where that is nobody, a reason where it cannot be told.
std::optional<std::string> others_in(gid_t group, uid_t user) {
  const std::string number = "group " + std::to_string(group);
  std::vector<char> buffer(64 << 10);
  struct group entry {};
  struct group* found = nullptr;
  if (getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return number + ", whose members cannot be read";
  const std::string name = "group " + std::string(found->gr_name);

  std::string own_name;
  Accounts accounts;
  while (const passwd* account = accounts ? accounts.next() : nullptr) {
    if (account->pw_uid == user && own_name.empty()) own_name = account->pw_name;
    if (account->pw_gid == group && account->pw_uid != user)
      return name + ", in which is " + account->pw_name;
  }
  // Another database than that file knows this user, and may know others with that group.
  if (own_name.empty()) return name + ", whose members cannot be read";
  for (char** member = found->gr_mem; *member != nullptr; ++member)
    if (own_name != *member) return name + ", in which is " + *member;
  return std::nullopt;
}

Error not_trusted(const struct stat& info, const std::string& path, const std::string& why,
                  std::string command) {
  Error error = with_commands(
      make_error(Status::kBadConfig, path + " is not used: " + why + " (owner " +
                                         name_of_user(info.st_uid) + ", mode " +
                                         octal(info.st_mode) + ")"),
      {std::move(command)});
  error.code = "file_not_trusted";
  return error;
}

}  // namespace

std::optional<Error> why_not_trusted(const struct stat& info, const std::string& path) {
  const uid_t user = geteuid();
  const std::string word = shell_word(path);
  if (info.st_uid != 0 && info.st_uid != user)
    return not_trusted(info, path, "it belongs to neither root nor the user who reads it",
                       "chown " + std::to_string(user) + " " + word);
  if (S_ISCHR(info.st_mode)) return std::nullopt;  // /dev/null, which takes nothing in
  if ((info.st_mode & S_IWOTH) != 0)
    return not_trusted(info, path, "anybody may write to it", "chmod go-w " + word);
  if ((info.st_mode & S_IWGRP) == 0) return std::nullopt;
  if (const auto others = others_in(info.st_gid, user))
    return not_trusted(info, path, *others + ", may write to it", "chmod g-w " + word);
  return std::nullopt;
}

}  // namespace pgiam
