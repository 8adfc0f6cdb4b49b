// OpenSSL's libraries as this system has them, found at run time: nothing of ours is linked with them,
// so that one build serves systems with 3 and with 1.1.1. Includes nothing of the core.
#pragma once

#include <dlfcn.h>

#include <string>

namespace pgiam {

struct OpensslLibrary {
  void* handle = nullptr;  // never closed. Finds the symbols of what it needs, too: libssl's those of its libcrypto
  bool is_3 = false;       // else 1.1
  std::string missing;     // where there is none: what was looked for, and why each was not it
  bool out_of_memory = false;
};

// `name`: "libcrypto" or "libssl". The one that the process has already, else the newest. By its
// name alone, so that the loader's own rules say where it may come from. The caller has a LoadLock.
OpensslLibrary open_openssl(const char* name);
// The same, of what the process has already and in that version only; null: it has none.
void* loaded_openssl(const char* name, bool is_3);

// Of a dlopen() that has just failed: "FILE: REASON".
std::string why_not_loaded(const std::string& file);

template <typename Function>
bool find_symbol(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace pgiam
