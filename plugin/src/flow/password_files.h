// Passwords that stand in files of the user's own, which something else keeps fresh.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "flow/decide/plan.h"
#include "flow/request.h"

namespace pgiam {

// As it was when it was read.
struct PasswordFile {
  std::string path;
  FileStamp stamp;
  Secret content;
};

// Any thread.
class PasswordFiles {
 public:
  explicit PasswordFiles(const World& world) : world_(world) {}

  struct Found {
    std::shared_ptr<const PasswordFile> file;
    Secret password;
  };
  // The password for this connection, from the file as it is now: looked at each time, read when
  // it has changed. Refuses what libpq refuses: a file that others may read or write, and what is
  // no file. kNotApplicable where a libpq password file has no line that fits.
  Result<Found> password_for(const PasswordSource& source, const Request& request,
                             const Call& call);

  // Whether the file is still what was read.
  bool is_current(const PasswordFile& file) const;

 private:
  Result<std::shared_ptr<const PasswordFile>> read(const std::string& path, const Call& call);

  const World& world_;
  std::map<std::string, std::shared_ptr<const PasswordFile>> files_;  // under the state lock
};

}  // namespace pgiam
