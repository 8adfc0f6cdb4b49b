// A password file for one connection, in memory where the system allows, gone with the object.
//
// Two properties of libpq's reader make it the way to pass a token. It is looked up host by host,
// so each host of a list gets its own (PostgreSQL manual, "The Password File"). And the copy that
// libpq keeps of a line ends where the line does, not where the password does, so that padding
// behind the password leaves room to put a longer one there later; libpq does not promise this.
#pragma once

#include <string>
#include <string_view>

#include "secret_text.h"

namespace pgiam::host {

// A line that gives `password` to every user and database at this host.
void append_line(SecretText& content, std::string_view host, std::string_view port,
                 std::string_view password, std::size_t padding);

class PasswordFile {
 public:
  // Empty path: there is no place for it; errno tells why.
  explicit PasswordFile(std::string_view content);
  PasswordFile(const PasswordFile&) = delete;
  PasswordFile& operator=(const PasswordFile&) = delete;
  ~PasswordFile();

  // What to give libpq as `passfile`.
  const std::string& path() const { return path_; }

 private:
  bool write_to_memory(std::string_view content);
  bool write_to_folder(const char* folder, std::string_view content);
  void clear();

  int fd_ = -1;
  bool on_disk_ = false;
  std::string path_;
};

}  // namespace pgiam::host
