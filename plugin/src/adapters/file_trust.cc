#include "adapters/file_trust.h"

#include <grp.h>
#include <stdio.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "base/shell.h"
#include "base/text.h"

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

struct Account {
  std::string name;
  long long user = 0, group = 0;
};

// All that a name of the system's stands for. Read here: the place of getpwent() in the list is the whole process's,
// and musl has no fgetpwent_r().
std::vector<Account> accounts() {
  std::vector<Account> all;
  const std::unique_ptr<FILE, CloseFile> file(fopen("/etc/passwd", "re"));
  std::vector<char> line(16 << 10);
  while (file && fgets(line.data(), static_cast<int>(line.size()), file.get())) {
    const auto fields = split(line.data(), ':');  // name:password:user:group: …
    if (fields.size() < 4) continue;
    const auto user = parse_integer(fields[2]), group = parse_integer(fields[3]);
    if (user && group) all.push_back({std::string(fields[0]), *user, *group});
  }
  return all;
}

std::string name_of_user(uid_t user) {
  for (const Account& account : accounts())
    if (account.user == user) return account.name;
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
  for (const Account& account : accounts()) {
    if (account.user == user && own_name.empty()) own_name = account.name;
    if (account.group == group && account.user != user) return name + ", in which is " + account.name;
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
