#include "real_libpq.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <new>

namespace pgiam::host {
namespace {

constexpr const char* kAnyFunction = "PQconnectStartParams";

// An object of the process, and where the loader's list has it: that is in the order in which they
// were loaded.
struct LoadedObject {
  CodeRange code;
  const char* name = nullptr;  // "" is the program itself
  std::size_t place = 0;       // behind the last one: there is none around this address
};

bool contains(const dl_phdr_info& object, const ElfW(Phdr)& segment, const void* address) {
  const auto offset = reinterpret_cast<std::uintptr_t>(address) - object.dlpi_addr - segment.p_vaddr;
  return segment.p_type == PT_LOAD && offset < segment.p_memsz;
}

CodeRange range_of(const dl_phdr_info& object) {
  std::uintptr_t begin = UINTPTR_MAX, end = 0;
  for (std::size_t i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    begin = std::min<std::uintptr_t>(begin, object.dlpi_addr + segment.p_vaddr);
    end = std::max<std::uintptr_t>(end, object.dlpi_addr + segment.p_vaddr + segment.p_memsz);
  }
  return {reinterpret_cast<const void*>(begin), reinterpret_cast<const void*>(end)};
}

// By what every C library offers; _dl_find_object() is quicker, and in glibc since 2.35.
LoadedObject object_around(const void* address) {
  struct AroundSearch {
    const void* address;
    LoadedObject found;
  } search{address, {}};
  const auto is_around = [](dl_phdr_info* object, std::size_t, void* data) {
    auto& [wanted, found] = *static_cast<AroundSearch*>(data);
    for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
      if (!contains(*object, object->dlpi_phdr[i], wanted)) continue;
      found.code = range_of(*object);
      found.name = object->dlpi_name;
      return 1;
    }
    return ++found.place, 0;
  };
  dl_iterate_phdr(is_around, &search);
  return search.found;
}

// Found when this object is loaded: nothing is to be made at first use, which another thread's fork()
// could cut in two. Somebody's constructor may be earlier.
const CodeRange code_of_this_object = object_around(&code_of_this_object).code;

CodeRange this_object() {
  return code_of_this_object.end != nullptr ? code_of_this_object
                                            : object_around(&code_of_this_object).code;
}

const char* object_name(const void* address) { return object_around(address).name; }

std::size_t place_of(const void* address) { return object_around(address).place; }

// Those of the program itself, which stay to its end.
const std::size_t objects_at_start = place_of(nullptr);

bool is_from_start(const void* address) { return place_of(address) < objects_at_start; }

// dlsym without the message of its failure, which the program would hear from dlerror().
void* look_up(void* scope, const char* name) {
  void* symbol = dlsym(scope, name);
  if (!symbol) dlerror();
  return symbol;
}

// look_up, but not what this object itself exports under the same name; behind another version's hook,
// which is asked, what that would call.
void* symbol_elsewhere(void* scope, const char* name) {
  void* symbol = look_up(scope, name);
  if (!symbol || this_object().contains(symbol)) return nullptr;
  void* behind = scope == RTLD_NEXT ? look_up(RTLD_NEXT, "pgiam_behind_hook") : nullptr;
  if (!behind || !object_around(symbol).code.contains(behind)) return symbol;
  return reinterpret_cast<decltype(&symbol_behind)>(behind)(name);
}

// A handle on an object that is loaded already; nullptr if it is not.
void* handle_of(const char* object) {
  if (!object) return nullptr;
  return dlopen(*object ? object : nullptr, RTLD_LAZY | RTLD_NOLOAD);
}

// Where `caller` would find libpq, in the order in which the loader searches: what is visible to
// all after us, unless it was not there yet when the caller was loaded; else what the caller's own
// object brought along; else any libpq in the process. RTLD_NEXT, a handle to close, or nullptr.
void* scope_of(const void* caller) {
  const void* behind_us = symbol_elsewhere(RTLD_NEXT, kAnyFunction);
  if (behind_us && (is_from_start(behind_us) || place_of(behind_us) < place_of(caller)))
    return RTLD_NEXT;
  if (void* object = handle_of(object_name(caller))) {
    if (symbol_elsewhere(object, kAnyFunction)) return object;
    dlclose(object);
  }
  if (behind_us) return RTLD_NEXT;
  if (void* library = handle_of("libpq.so.5")) return library;
  return dlopen("libpq.so.5", RTLD_LAZY | RTLD_LOCAL);  // called by name in a process without libpq
}

enum class Need { kRequired, kOptional };

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
  const auto take = [&]<typename Function>(Function& function, const char* name, Need need) {
    function = reinterpret_cast<Function>(symbol_elsewhere(scope, name));
    if (!function && need == Need::kRequired && !libpq.lacks) libpq.lacks = name;
  };
#define PGIAM_LIBPQ_INTERPOSED(name, need) take(libpq.name, #name, Need::need);
#define PGIAM_LIBPQ_CALLED(name, need) take(libpq.name, #name, Need::need);
#include "libpq_functions.def"
  if (!libpq.PQconnectStartParams) return nullptr;

  const void* inside = reinterpret_cast<const void*>(libpq.PQconnectStartParams);
  libpq.code = object_around(inside).code;
  handle_of(object_name(inside));  // never closed, so that the pointers stay good
  known->next = all_known.load();
  do {
    if (const RealLibpq* first = find_known_of(inside)) return first;  // another thread's
  } while (!all_known.compare_exchange_weak(known->next, known.get()));
  return &known.release()->libpq;
}

}  // namespace

// How many objects have come into this process, and gone.
struct ObjectCounts {
  unsigned long long added = 0, gone = 0;
  bool operator==(const ObjectCounts&) const = default;
};

static ObjectCounts count_objects() {
  ObjectCounts counts;
  const auto read = [](dl_phdr_info* object, std::size_t, void* data) {
    *static_cast<ObjectCounts*>(data) = {object->dlpi_adds, object->dlpi_subs};
    return 1;
  };
  dl_iterate_phdr(read, &counts);
  return counts;
}

void* symbol_behind(const char* name) noexcept { return symbol_elsewhere(RTLD_NEXT, name); }

bool RealLibpq::is_internal_call(const void* caller) const {
  return code.contains(caller) || this_object().contains(caller);
}

const RealLibpq* find_any_libpq(const void* caller) noexcept {
  // One that calls itself means itself; searching would take a microsecond each time.
  if (const RealLibpq* libpq =
          find_known([&](const RealLibpq& known) { return known.code.contains(caller); })) {
    return libpq;
  }
  // What has stood behind us from the start is the first for all.
  static std::atomic<const RealLibpq*> behind_us = nullptr;
  if (const RealLibpq* libpq = behind_us.load(std::memory_order_acquire)) return libpq;
  // Where a program asks again and again, as it does for PQsocket, the answer stands as long as no
  // object has come or gone.
  struct Asked {
    const void* caller = nullptr;
    ObjectCounts at;
    const RealLibpq* libpq = nullptr;
  };
  constexpr std::size_t kPlaces = 8;  // a program's loop has a few callers
  static thread_local constinit Asked asked[kPlaces];
  Asked& last = asked[reinterpret_cast<std::uintptr_t>(caller) / 16 % kPlaces];
  const ObjectCounts now = count_objects();
  if (last.caller == caller && last.at == now) return last.libpq;
  void* scope = scope_of(caller);
  if (!scope) return nullptr;
  const void* function = symbol_elsewhere(scope, kAnyFunction);
  const RealLibpq* libpq = find_known_of(function);
  if (!libpq) libpq = remember(scope);
  if (scope != RTLD_NEXT) {
    dlclose(scope);
  } else if (is_from_start(function)) {
    behind_us.store(libpq, std::memory_order_release);
  }
  if (libpq) last = {caller, now, libpq};
  return libpq;
}

const RealLibpq* find_libpq(const void* caller) noexcept {
  const RealLibpq* libpq = find_any_libpq(caller);
  return libpq && !libpq->lacks ? libpq : nullptr;
}

}  // namespace pgiam::host
