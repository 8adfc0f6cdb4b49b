#include "base/openssl_library.h"

#include <string.h>

#include <cerrno>

namespace pgiam {
namespace {

constexpr const char* kVersions[] = {"3", "1.1"};  // the preferred one first

std::string file_name(const char* name, const char* version) {
  return std::string(name) + ".so." + version;
}

// The loader has no better way to tell. Its tables are what it "cannot create".
bool tells_of_memory(const std::string& reason) {
  for (const char* words : {"out of memory", "cannot allocate", "cannot create", "cannot extend"})
    if (reason.find(words) != reason.npos) return true;
  return reason.find(strerror(ENOMEM)) != reason.npos;
}

}  // namespace

OpensslLibrary open_openssl(const char* name) {
  OpensslLibrary found;
  for (const int mode : {RTLD_LAZY | RTLD_NOLOAD, RTLD_LAZY}) {
    for (const char* version : kVersions) {
      const std::string file = file_name(name, version);
      found.handle = dlopen(file.c_str(), mode);
      found.is_3 = version == kVersions[0];
      if (found.handle != nullptr) return found;
      if ((mode & RTLD_NOLOAD) != 0) continue;
      const std::string why = why_not_loaded(file);
      found.out_of_memory = found.out_of_memory || tells_of_memory(why);
      found.missing += (found.missing.empty() ? "" : "; ") + why;
    }
  }
  return found;
}

std::string why_not_loaded(const std::string& file) {
  const char* reason = dlerror();
  const std::string why = reason != nullptr ? reason : "out of memory";
  return why.starts_with(file) ? why : file + ": " + why;
}

void* loaded_openssl(const char* name, bool is_3) {
  return dlopen(file_name(name, kVersions[is_3 ? 0 : 1]).c_str(), RTLD_LAZY | RTLD_NOLOAD);
}

}  // namespace pgiam
