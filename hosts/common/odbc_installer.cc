#include "odbc_installer.h"

#include <dlfcn.h>
#include <sched.h>

namespace pgiam::odbc {
namespace {

constexpr const char* kGet = "SQLGetPrivateProfileString";
constexpr int kBufferSize = 4096;
constexpr int kListSize = 65536;

constexpr const char* kLibraries[] = {"libodbcinst.so.2", "libiodbcinst.so.2", "libodbcinst.so.1"};

void* find_function(void* scope) {
  if (void* function = dlsym(RTLD_DEFAULT, kGet)) return function;
  if (scope) return dlsym(scope, kGet);
  for (int flags : {RTLD_LAZY | RTLD_NOLOAD, RTLD_LAZY}) {  // best the one that is in use already
    for (const char* name : kLibraries) {
      if (void* library = dlopen(name, flags)) return dlsym(library, kGet);  // never closed
    }
  }
  return nullptr;
}

}  // namespace

Installer Installer::find(void* scope) {
  return Installer(reinterpret_cast<Get>(find_function(scope)));
}

std::string Installer::value(const std::string& section, const char* key, const char* file) const {
  char buffer[kBufferSize] = "";
  if (get_) get_(section.c_str(), key, "", buffer, sizeof buffer, file);
  buffer[sizeof buffer - 1] = '\0';
  return buffer;
}

std::vector<std::string> Installer::keys(const std::string& section, const char* file) const {
  // unixODBC before 2.3.13 finds nothing for a moment while another thread connects.
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::vector<std::string> found = list(section.c_str(), file);
    if (!found.empty()) return found;
    sched_yield();
  }
  return {};
}

std::vector<std::string> Installer::sections(const char* file) const { return list(nullptr, file); }

// Without an entry, or without a section, the answer is a list: names that end with a NUL each.
std::vector<std::string> Installer::list(const char* section, const char* file) const {
  std::vector<std::string> names;
  if (!get_) return names;
  std::vector<char> buffer(kListSize, '\0');
  get_(section, nullptr, "", buffer.data(), kListSize - 2, file);
  for (const char* name = buffer.data(); *name; name += names.back().size() + 1)
    names.emplace_back(name);
  return names;
}

std::string Installer::folder() const {
  Dl_info info;
  if (!get_ || !dladdr(reinterpret_cast<void*>(get_), &info) || !info.dli_fname) return "";
  const std::string file = info.dli_fname;
  const std::size_t slash = file.rfind('/');
  return slash == file.npos ? "" : file.substr(0, slash);
}

}  // namespace pgiam::odbc
