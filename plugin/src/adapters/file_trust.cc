#include "adapters/file_trust.h"

#include <stdio.h>
#include <unistd.h>

#include "base/group.h"
#include "base/shell.h"

namespace pgiam {
namespace {

std::string octal(mode_t mode) {
  char text[8];
  snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
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
