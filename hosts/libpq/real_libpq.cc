#include "real_libpq.h"

#include <dlfcn.h>
#include <link.h>

#include <atomic>
#include <memory>
#include <new>

namespace pgiam::libpq {
namespace {

constexpr const char* kAnyFunction = "PQconnectStartParams";

CodeRange object_around(const void* address) {
  dl_find_object found;
  if (_dl_find_object(const_cast<void*>(address), &found) != 0) return {};
  return {found.dlfo_map_start, found.dlfo_map_end};
}

CodeRange this_object() {
  static const char anchor = 0;
  return object_around(&anchor);
}

// The name under which the loader knows the object around this address; "" is the program itself.
const char* object_name(const void* address) {
  dl_find_object found;
  if (_dl_find_object(const_cast<void*>(address), &found) != 0) return nullptr;
  return found.dlfo_link_map->l_name;
}

// dlsym, but not what this object itself exports under the same name.
void* symbol_elsewhere(void* scope, const char* name) {
  void* symbol = dlsym(scope, name);
  return symbol && !this_object().contains(symbol) ? symbol : nullptr;
}

// A handle on an object that is loaded already; nullptr if it is not.
void* handle_of(const char* object) {
  if (!object) return nullptr;
  return dlopen(*object ? object : nullptr, RTLD_LAZY | RTLD_NOLOAD);
}

// Where `caller` would find libpq, in the order in which the loader searches: what is visible to
// all after us; else what the caller's own object brought along; else any libpq in the process.
// RTLD_NEXT, a handle to close, or nullptr.
void* scope_of(const void* caller) {
  if (symbol_elsewhere(RTLD_NEXT, kAnyFunction)) return RTLD_NEXT;
  if (void* object = handle_of(object_name(caller))) {
    if (symbol_elsewhere(object, kAnyFunction)) return object;
    dlclose(object);
  }
  if (void* library = handle_of("libpq.so.5")) return library;
  return dlopen("libpq.so.5", RTLD_LAZY | RTLD_LOCAL);  // called by name in a process without libpq
}

struct Known {
  RealLibpq libpq;
  Known* next = nullptr;
};
std::atomic<Known*> all_known = nullptr;

template <typename Test>
const RealLibpq* find_known(Test test) {
  for (Known* known = all_known.load(std::memory_order_acquire); known; known = known->next) {
    if (test(known->libpq)) return &known->libpq;
  }
  return nullptr;
}

const RealLibpq* find_known_of(const void* function) {
  return find_known([&](const RealLibpq& known) {
    return reinterpret_cast<const void*>(known.PQconnectStartParams) == function;
  });
}

// Adds it to what is known, once.
const RealLibpq* remember(void* scope) {
  std::unique_ptr<Known> known(new (std::nothrow) Known);
  if (!known) return nullptr;
  RealLibpq& libpq = known->libpq;
  bool complete = true;
#define PGIAM_LIBPQ_LOOK_UP(name)                                                   \
  libpq.name = reinterpret_cast<decltype(&::name)>(symbol_elsewhere(scope, #name)); \
  complete = complete && libpq.name;
  PGIAM_LIBPQ_FUNCTIONS(PGIAM_LIBPQ_LOOK_UP)
#undef PGIAM_LIBPQ_LOOK_UP
  if (!complete) return nullptr;

  const void* inside = reinterpret_cast<const void*>(libpq.PQconnectStartParams);
  libpq.code = object_around(inside);
  handle_of(object_name(inside));  // never closed, so that the pointers stay good
  known->next = all_known.load();
  do {
    if (const RealLibpq* first = find_known_of(inside)) return first;  // another thread's
  } while (!all_known.compare_exchange_weak(known->next, known.get()));
  return &known.release()->libpq;
}

}  // namespace

bool RealLibpq::is_internal_call(const void* caller) const {
  return code.contains(caller) || this_object().contains(caller);
}

const RealLibpq* find_libpq(const void* caller) noexcept {
  // One that calls itself means itself; searching would take a microsecond each time.
  if (const RealLibpq* libpq =
          find_known([&](const RealLibpq& known) { return known.code.contains(caller); })) {
    return libpq;
  }
  // What stands behind us in the order of the whole process stays the first there.
  static std::atomic<const RealLibpq*> behind_us = nullptr;
  if (const RealLibpq* libpq = behind_us.load(std::memory_order_acquire)) return libpq;
  void* scope = scope_of(caller);
  if (!scope) return nullptr;
  const void* function = symbol_elsewhere(scope, kAnyFunction);
  const RealLibpq* libpq = find_known_of(function);
  if (!libpq) libpq = remember(scope);
  if (scope == RTLD_NEXT) {
    behind_us.store(libpq, std::memory_order_release);
  } else {
    dlclose(scope);
  }
  return libpq;
}

}  // namespace pgiam::libpq
