#include "saved_password.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pgiam::host {
namespace {

// Non-blocking: what looks like a file may be a pipe by the time that it is opened.
SecretText read_private_file(const std::string& path) {
  SecretText content;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return content;
  struct stat status;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
      (status.st_mode & (S_IRWXG | S_IRWXO)) == 0) {
    char buffer[4096];
    for (ssize_t size; (size = read(file, buffer, sizeof buffer)) > 0;)
      content.append({buffer, static_cast<std::size_t>(size)});
    explicit_bzero(buffer, sizeof buffer);
  }
  close(file);
  return content;
}

}  // namespace

SecretText saved_password(const std::string& path, const pgpass::Connection& connection) {
  const SecretText content = read_private_file(path);
  const auto found = pgpass::find(content.view(), connection);
  if (!found) return {};
  SecretText password;
  std::string_view escaped = found->escaped_password;
  while (!escaped.empty() && escaped.front() != ':') {
    if (escaped.front() == '\\' && escaped.size() > 1) escaped.remove_prefix(1);
    password.append(escaped.substr(0, 1));
    escaped.remove_prefix(1);
  }
  return password;
}

}  // namespace pgiam::host
