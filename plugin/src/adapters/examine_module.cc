#include "adapters/examine_module.h"

#include <dlfcn.h>

#include <atomic>

#include "adapters/module_file.h"
#include "base/load_lock.h"

namespace pgiam {

Result<const pgiam_examine_module*> load_examine_module() {
  static std::atomic<const pgiam_examine_module*> loaded{nullptr};
  if (const auto* module = loaded.load(std::memory_order_acquire)) return module;
  const LoadLock lock;
  for (const std::string& path : module_candidates("libpgiam-examine.so")) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) continue;
    const auto get =
        reinterpret_cast<pgiam_examine_module_get_fn>(dlsym(library, PGIAM_EXAMINE_MODULE_SYMBOL));
    if (get == nullptr) continue;
    loaded.store(get(), std::memory_order_release);
    return get();
  }
  return make_error(Status::kUnsupported, "the module that examines cannot be loaded",
                    "install libpgiam-examine.so in the folder pgiam/ beside libpgiam.so");
}

}  // namespace pgiam
