#include "library.h"

#include <dlfcn.h>

#include <atomic>

namespace pgiam::node {
namespace {

std::atomic<const pgiam_api*> loaded = nullptr;

using VersionFn = uint32_t(PGIAM_CALL*)();

}  // namespace

const pgiam_api* api() { return loaded.load(std::memory_order_acquire); }

// What was loaded is never closed: the library does not allow it, nor is one that is not ours worth
// it.
Found load(const char* file) {
  Found found;
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    found.why_not = why ? why : "it cannot be loaded";
    return found;
  }
  const auto get = reinterpret_cast<pgiam_get_api_fn>(dlsym(library, PGIAM_GET_API_SYMBOL));
  const auto version = reinterpret_cast<VersionFn>(dlsym(library, "pgiam_abi_version"));
  if (!get || !version) return found;
  found.is_pgiam = true;
  found.abi_version = version();
  const pgiam_api* table = get(PGIAM_ABI_MAJOR);
  if (!table || !PGIAM_API_HAS(table, attempt_free)) return found;
  found.is_ours = true;
  loaded.store(table, std::memory_order_release);
  return found;
}

}  // namespace pgiam::node
