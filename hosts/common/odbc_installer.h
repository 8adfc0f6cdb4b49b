// Reads odbc.ini and odbcinst.ini through the official installer library, so that we see what the
// driver manager and the real driver see.
#pragma once

#include <string>
#include <vector>

namespace pgiam::odbc {

constexpr const char* kOdbcIni = "odbc.ini";
constexpr const char* kOdbcInstIni = "odbcinst.ini";

class Installer {
 public:
  // `scope`: a handle of dlopen, whose library's installer is meant if the process shows none;
  // nullptr: the one that is usual.
  static Installer find(void* scope);

  // "" where there is no such thing. At most 4,000 bytes.
  std::string value(const std::string& section, const char* key, const char* file) const;
  std::vector<std::string> keys(const std::string& section, const char* file) const;
  std::vector<std::string> sections(const char* file) const;
  // The folder that the library is in, where drivers are often found; "" if there is none.
  std::string folder() const;

 private:
  using Get = int (*)(const char* section, const char* entry, const char* fallback, char* buffer,
                      int size, const char* file);
  explicit Installer(Get get) : get_(get) {}
  std::vector<std::string> list(const char* section, const char* file) const;

  Get get_;
};

}  // namespace pgiam::odbc
