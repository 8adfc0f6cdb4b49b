#include "interposition_check.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

#include "plugin.h"

namespace pgiam::libpq {
namespace {

std::atomic<bool> of_this_process = false;
// Where the warning at exit may be wanted, it is in memory that forked children share: they may be the
// ones that call.
std::atomic<bool>* was_called = &of_this_process;
pid_t started = 0;

[[gnu::constructor]] void remember_process() {
  started = getpid();
  if (!host::is_logged(PGIAM_LOG_INFO)) return;
  void* shared =
      mmap(nullptr, sizeof of_this_process, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared != MAP_FAILED) was_called = new (shared) std::atomic<bool>(false);
}

// A wheel's own is libpq-0123abcd.so.5.17; libpqxx is another library.
bool is_libpq(const char* path) {
  const char* slash = strrchr(path, '/');
  const char* name = slash ? slash + 1 : path;
  return strncmp(name, "libpq", 5) == 0 && (name[5] == '.' || name[5] == '-');
}

// The one that the filter needs as /usr/$LIB/libpq.so.5, which the loader has filled in.
bool is_systems(std::string_view path) {
  return path.starts_with("/usr/lib") && path.ends_with("/libpq.so.5");
}

// Whether the object was linked with one, so that its calls come through where a hook can stand.
bool needs_libpq(const dl_phdr_info& object) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entries =
        reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
    ElfW(Addr) names = 0;
    for (const ElfW(Dyn)* entry = entries; entry->d_tag != DT_NULL; ++entry)
      if (entry->d_tag == DT_STRTAB) names = entry->d_un.d_ptr;
    if (names < object.dlpi_addr) names += object.dlpi_addr;  // not every loader relocates it
    for (const ElfW(Dyn)* entry = entries; entry->d_tag != DT_NULL; ++entry)
      if (entry->d_tag == DT_NEEDED &&
          is_libpq(reinterpret_cast<const char*>(names + entry->d_un.d_val)))
        return true;
  }
  return false;
}

struct LoadedLibpqs {
  std::string found;        // a blank before each
  bool has_filter = false;  // which stands before all others that are loaded
  bool is_needed = false;  // by an object that is loaded
};

int inspect_object(dl_phdr_info* object, size_t, void* data) {
  auto& search = *static_cast<LoadedLibpqs*>(data);
  const char* path = object->dlpi_name;
  if (strstr(path, "pgiam/filter/")) {  // the file is ours, and so are calls of the libpq that it needs
    search.has_filter = true;
    return 0;
  }
  if (is_libpq(path) && !(search.has_filter && is_systems(path))) search.found += std::string(" ") + path;
  search.is_needed = search.is_needed || needs_libpq(*object);
  return 0;
}

// Only in the process that was started, not in those forked from it. At the default log level only on
// a terminal, and only if nothing was linked with the libpq: it was then opened by dlopen, past the hook.
[[gnu::destructor]] void warn_if_never_called() {
  if (was_called->load(std::memory_order_relaxed) || getpid() != started) return;
  const bool is_verbose = host::is_logged(PGIAM_LOG_INFO);
  if (!is_verbose && !(host::is_logged(PGIAM_LOG_ERROR) && isatty(STDERR_FILENO))) return;
  LoadedLibpqs search;
  dl_iterate_phdr(inspect_object, &search);
  if (search.found.empty() || (!is_verbose && search.is_needed)) return;
  const std::string text = "libpq was loaded, but no call to it came through pgiam:" + search.found +
                           "; if the program connected, see pgiam exec --filter";
  host::log(PGIAM_LOG_ERROR, "libpq", text.c_str());
}

}  // namespace

void note_call() noexcept { was_called->store(true, std::memory_order_relaxed); }

}  // namespace pgiam::libpq
