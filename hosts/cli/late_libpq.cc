#include "late_libpq.h"

#include <dlfcn.h>

#include "report.h"

namespace pgiam::cli {
namespace {

constexpr const char* kLibrary = "libpq.so.5";
// The loader knows the folder's name; the filter names libpq in the same way.
constexpr const char* kSystemsLibrary = "/usr/$LIB/libpq.so.5";
constexpr const char* kHint = "install libpq: the package libpq5 or postgresql-libs";

template <typename Function>
void look_up(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (!function) throw UsageError(std::string(kLibrary) + " has no function " + name, kHint);
}

// Visible to all, as if the command had been linked with it.
LateLibpq load() {
  void* library = dlopen(kLibrary, RTLD_LAZY | RTLD_GLOBAL);
  if (!library) throw UsageError(std::string("libpq cannot be loaded: ") + dlerror(), kHint);
  LateLibpq libpq;
  look_up(library, "PQlibVersion", libpq.PQlibVersion);
  look_up(library, "PQsetErrorVerbosity", libpq.PQsetErrorVerbosity);
  look_up(library, "PQsslAttribute", libpq.PQsslAttribute);
  look_up(library, "PQsendQueryParams", libpq.PQsendQueryParams);
  look_up(library, "PQisBusy", libpq.PQisBusy);
  look_up(library, "PQgetResult", libpq.PQgetResult);
  look_up(library, "PQresultStatus", libpq.PQresultStatus);
  look_up(library, "PQntuples", libpq.PQntuples);
  look_up(library, "PQgetvalue", libpq.PQgetvalue);
  look_up(library, "PQgetisnull", libpq.PQgetisnull);
  look_up(library, "PQclear", libpq.PQclear);
  Dl_info info;  // of a function: where the filter is preloaded, it bears the library's name
  if (dladdr(reinterpret_cast<const void*>(libpq.PQlibVersion), &info) == 0 || !info.dli_fname)
    throw UsageError("the loader does not tell where libpq lies", kHint);
  libpq.file = info.dli_fname;
  void* systems = dlopen(kSystemsLibrary, RTLD_LAZY | RTLD_NOLOAD);
  libpq.is_the_systems =
      systems && dlsym(systems, "PQlibVersion") == reinterpret_cast<void*>(libpq.PQlibVersion);
  return libpq;
}

}  // namespace

const LateLibpq& late_libpq() {
  static const LateLibpq libpq = load();
  return libpq;
}

}  // namespace pgiam::cli
