#include "adapters/http_module/libcurl.h"

#include <dlfcn.h>

#include "base/openssl_library.h"

constinit Libcurl libcurl;

namespace {

// Debian has two builds, which differ in their TLS library and in the versions of their symbols.
constexpr const char* kNames[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};

// The name of a function that is missing; null: all are there that must be.
const char* take_functions(void* library, Libcurl& functions) {
  const char* missing = nullptr;
#define PGIAM_TAKE(name) \
  if (!pgiam::find_symbol(library, "curl_" #name, functions.name)) missing = "curl_" #name;
  PGIAM_LIBCURL_FUNCTIONS(PGIAM_TAKE)
#undef PGIAM_TAKE
#define PGIAM_TAKE(name) pgiam::find_symbol(library, "curl_" #name, functions.name);
  PGIAM_LIBCURL_NEWER_FUNCTIONS(PGIAM_TAKE)
#undef PGIAM_TAKE
  return missing;
}

}  // namespace

std::string load_libcurl() {
  if (libcurl.easy_init != nullptr) return "";
  std::string why;
  for (const int mode : {RTLD_LAZY | RTLD_NOLOAD, RTLD_LAZY}) {
    for (const std::string file : kNames) {
      void* const library = dlopen(file.c_str(), mode);
      if (library == nullptr && (mode & RTLD_NOLOAD) != 0) continue;
      if (!why.empty()) why += "; ";
      if (library == nullptr) {
        why += pgiam::why_not_loaded(file);
        continue;
      }
      Libcurl found;
      const char* missing = take_functions(library, found);
      if (missing == nullptr) {
        libcurl = found;
        return "";
      }
      why += file + " has no " + missing;
    }
  }
  return "libcurl cannot be loaded: " + why;
}
