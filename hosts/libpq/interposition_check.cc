#include "interposition_check.h"

#include <link.h>

#include <atomic>
#include <cstring>
#include <string>

#include "plugin.h"

namespace pgiam::libpq {
namespace {

std::atomic<bool> was_called = false;

int add_libpq(dl_phdr_info* object, size_t, void* found) {
  const char* slash = strrchr(object->dlpi_name, '/');
  const char* name = slash ? slash + 1 : object->dlpi_name;
  // A wheel's own is libpq-0123abcd.so.5.17; libpqxx is another library. The filter's file is ours.
  const bool is_libpq = strncmp(name, "libpq", 5) == 0 && (name[5] == '.' || name[5] == '-');
  if (is_libpq && !strstr(object->dlpi_name, "pgiam/filter/"))
    *static_cast<std::string*>(found) += std::string(" ") + object->dlpi_name;
  return 0;
}

[[gnu::destructor]] void tell_if_never_called() {
  if (was_called.load(std::memory_order_relaxed) || !host::is_logged(PGIAM_LOG_INFO)) return;
  std::string found;
  dl_iterate_phdr(add_libpq, &found);
  if (found.empty()) return;
  const std::string text = "libpq was loaded, but no call to it came through pgiam:" + found +
                           "; if the program connected, see pgiam exec --filter";
  host::log(PGIAM_LOG_INFO, "libpq", text.c_str());
}

}  // namespace

void note_call() noexcept { was_called.store(true, std::memory_order_relaxed); }

}  // namespace pgiam::libpq
