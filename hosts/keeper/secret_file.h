// Files that hold passwords, replaced whole: a reader sees the old content or the new, never part
// of one, and so does whoever comes after a crash.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "secret_text.h"

namespace pgiam::keeper {

// What went wrong with a file, and what to do about it. The file is as it was.
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& message, std::string hint)
      : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

// Gives the file the content that `edit` makes of its present one ("" where there is no file).
// Other keepers wait meanwhile; when somebody else changes the file while it is edited, `edit` is
// called again with what they wrote. The file keeps its owner and mode; a new one is 0600. Refuses,
// by a FileError, what is no regular file, a symbolic link, and a file that others may read (libpq
// refuses that, too).
// Returns the state of the file that it left.
std::string update_file(const std::string& path,
                        const std::function<host::SecretText(std::string_view content)>& edit);

// Text that is another when the file has changed: not what it holds.
std::string state_of_file(const std::string& path);

// Removes the file if its content is just this.
void remove_file(const std::string& path, std::string_view content);

}  // namespace pgiam::keeper
