// The shared config and credentials files of this machine, read again when they change.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "clouds/aws/profile_file.h"
#include "ports/world.h"

namespace pgiam::aws {

struct Profiles {
  Sections profiles;  // both files, the credentials file on top
  Sections sso_sessions;
  Sections services;
  std::map<std::string, SkippedLine, std::less<>> malformed;  // of each, the first line
  std::vector<SkippedLine> skipped;
  std::vector<Error> unreadable;              // of the two files: as if they were not there
  std::string config_path, credentials_path;  // "" where no home is known
  std::string digest;                         // changes when the content does

  // Null if there is none of that name.
  const Section* find(std::string_view profile) const;
};

// The variables that are read for them, the person's home among them.
extern const std::span<const char* const> kFileVariables;

// Any thread.
class SharedFiles {
 public:
  explicit SharedFiles(const World& world) : world_(world) {}

  // Stats the two files, and reads them only if they or the variables that name them changed. Fails
  // only where the call is over.
  Result<std::shared_ptr<const Profiles>> read(const Call& call) const;

  // The profile that the variables choose, else "default".
  std::string default_profile() const;

 private:
  struct Read {
    std::string config_path, credentials_path;
    FileStamp config_stamp, credentials_stamp;
    std::shared_ptr<const Profiles> profiles;
  };

  std::string path_of(const char* variable, const char* file) const;
  Result<std::string> content(const std::string& path, const FileStamp& stamp, const Call& call,
                              Profiles& profiles) const;

  const World& world_;
  mutable Read last_;  // under the state lock
};

// The text with "~" for the person's home: for messages.
std::string shorten_home(const Environment& environment, const std::string& path);

}  // namespace pgiam::aws
