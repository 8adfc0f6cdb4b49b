#include "flow/password_files.h"

#include <utility>

#include "base/pgpass.h"
#include "base/shell.h"
#include "base/state_lock.h"

namespace pgiam {
namespace {

constexpr std::size_t kMostFiles = 64;

Result<void> check(const std::string& path, const FileStamp& stamp) {
  if (!stamp.regular)
    return make_error(Status::kBadConfig, path + " is no regular file", "name the file itself");
  if ((stamp.mode & 077) != 0)
    return make_error(Status::kBadConfig,
                      path + " may be read or written by others, so its password is not used",
                      "chmod 600 " + shell_word(path));
  return {};
}

// The whole of the file, which may end its line as editors do.
Result<Secret> only_password(const PasswordFile& file) {
  const std::string_view password = pgpass::without_end(file.content.reveal());
  if (password.find('\n') != password.npos)
    return make_error(Status::kBadConfig,
                      file.path + " has several lines, where password_file holds one password",
                      "a libpq password file is named by pgpass = " + file.path);
  if (password.find('\0') != password.npos)
    return make_error(Status::kBadConfig, file.path + " holds no text", "write it as UTF-8");
  if (password.empty())
    return make_error(Status::kNoCredentials, file.path + " is empty",
                      "keep it fresh: pgiam keep --password-file " + shell_word(file.path) +
                          " CONNINFO");
  return Secret(password);
}

Result<Secret> password_of_line(const PasswordFile& file, const Request& request) {
  const std::string port = std::to_string(request.port == 0 ? kPostgresPort : request.port);
  const std::string_view database = request.database.empty() ? request.user : request.database;
  const auto found =
      pgpass::find(file.content.reveal(), {request.host, port, database, request.user});
  if (!found)
    return make_error(Status::kNotApplicable,
                      file.path + " has no line for " + std::string(request.user) + "@" +
                      std::string(request.host) + ":" + port + "/" + std::string(database),
                      "add one: HOST:PORT:DATABASE:USER:PASSWORD");
  std::string password(found->escaped_password.size(), '\0');
  const WipeAtExit wiper(password);
  const std::size_t size = pgpass::unescape(found->escaped_password, password.data());
  if (size == 0)
    return make_error(
        Status::kNoCredentials,
        file.path + ":" + std::to_string(found->line) + " is the first that fits, and is empty",
        "give it a password, or take the line away");
  return Secret(std::string_view(password).substr(0, size));
}

}  // namespace

Result<std::shared_ptr<const PasswordFile>> PasswordFiles::read(const std::string& path,
                                                                const Call& call) {
  const FileStamp stamp = world_.files.stamp(path);
  if (stamp.exists)
    if (auto fine = check(path, stamp); !fine) return fine.error();
  {
    const StateLock lock;
    const auto known = files_.find(path);
    if (known != files_.end() && known->second->stamp == stamp) return known->second;
  }
  auto text = world_.files.read(path, call);
  if (!text) return text.error();
  const WipeAtExit wiper(*text);
  if (!stamp.exists) return read(path, call);  // it came meanwhile, and was not checked
  auto file = std::make_shared<const PasswordFile>(PasswordFile{path, stamp, Secret(*text)});

  const bool is_fresh = stamp.is_fresh(world_.clock.now());
  std::map<std::string, std::shared_ptr<const PasswordFile>> outdated;  // goes after the lock
  std::shared_ptr<const PasswordFile> old;
  const StateLock lock;
  if (files_.size() >= kMostFiles) outdated.swap(files_);
  if (!is_fresh) old = std::exchange(files_[path], file);
  return file;
}

Result<PasswordFiles::Found> PasswordFiles::password_for(const PasswordSource& source,
                                                         const Request& request,
                                                         const Call& call) {
  auto file = read(source.path, call);
  if (!file) return file.error();
  auto password = source.option == &kPgpassOption ? password_of_line(**file, request)
                                                   : only_password(**file);
  if (!password) return password.error();
  return Found{std::move(*file), std::move(*password)};
}

bool PasswordFiles::is_current(const PasswordFile& file) const {
  return world_.files.stamp(file.path) == file.stamp;
}

}  // namespace pgiam
