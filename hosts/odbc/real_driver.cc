#include "real_driver.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <set>
#include <vector>

#include "base/load_lock.h"
#include "odbc_installer.h"
#include "trampolines.h"

namespace pgiam::odbc {
namespace {

#ifdef PGIAM_ODBC_WIDE
constexpr const char* kDefaultDriver = "psqlodbcw.so";
#else
constexpr const char* kDefaultDriver = "psqlodbca.so";
#endif

std::string real_path(const std::string& file) {
  char path[PATH_MAX];
  return realpath(file.c_str(), path) ? path : file;
}

std::string this_file() {
  static const char anchor = 0;
  Dl_info info;
  return dladdr(&anchor, &info) && info.dli_fname ? real_path(info.dli_fname) : "";
}

std::string base_name(const std::string& file) { return file.substr(file.rfind('/') + 1); }

// The file behind the Driver of a data source, which may be a file or a section of odbcinst.ini.
std::string driver_file(const Installer& installer, const std::string& driver) {
  if (driver.find('/') != driver.npos) return driver;
  for (const char* key : {"Driver64", "Driver"}) {
    std::string file = installer.value(driver, key, kOdbcInstIni);
    if (!file.empty()) return file;
  }
  return driver;
}

bool leads_to(const Installer& installer, const std::string& driver, const std::string& file) {
  const std::string found = driver_file(installer, driver);
  return found.find('/') == found.npos ? found == base_name(file) : real_path(found) == file;
}

std::string named_in_driver_section(const Installer& installer) {
  const std::string self = this_file();
  for (const std::string& section : installer.sections(kOdbcInstIni)) {
    const std::string named = installer.value(section, "PgiamDriver", kOdbcInstIni);
    if (!named.empty() && leads_to(installer, section, self)) return named;
  }
  return "";
}

// A driver is chosen before it is known which data source is meant, so they have to agree.
std::string named_in_data_sources(const Installer& installer) {
  const std::string self = this_file();
  std::set<std::string> names;
  for (const std::string& section : installer.sections(kOdbcIni)) {
    const std::string named = installer.value(section, "PgiamDriver", kOdbcIni);
    if (named.empty()) continue;
    if (leads_to(installer, installer.value(section, "Driver", kOdbcIni), self))
      names.insert(named);
  }
  return names.size() == 1 ? *names.begin() : "";
}

std::string named_driver(const Installer& installer) {
  if (const char* name = secure_getenv("PGIAM_DRIVER"); name && *name) return name;
  const std::string name = named_in_driver_section(installer);
  return name.empty() ? named_in_data_sources(installer) : name;
}

// Every file that a name may mean, in the order in which they are tried.
std::vector<std::string> candidates(const Installer& installer, const std::string& name) {
  const std::string file = driver_file(installer, name);
  if (file.find('/') != file.npos) return {file};
  std::vector<std::string> files;
  for (const std::string& folder :
       {installer.folder() + "/odbc", installer.folder(), std::string(PGIAM_ODBC_FOLDER),
        std::string("/usr/lib64"), std::string("/usr/lib/odbc"), std::string("/usr/lib"),
        std::string("/usr/local/lib"), std::string("/opt/homebrew/lib")}) {
    if (folder.starts_with('/') && folder != "/odbc") files.push_back(folder + "/" + file);
  }
  files.push_back(file);  // wherever the loader finds it
  return files;
}

void* open(RealDriver& driver, const std::string& file, std::string& reasons) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    reasons += std::string("\n") + dlerror();
    return nullptr;
  }
  void* connect = dlsym(library, "SQLDriverConnect");
  Dl_info info;
  if (!connect || !dladdr(connect, &info) || real_path(info.dli_fname) == this_file()) {
    reasons += "\n" + file + (connect ? " is pgiam's own shim" : " is no ODBC driver");
    return nullptr;
  }
  driver.file = info.dli_fname;
  return library;
}

template <typename Function>
void look_up(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
}

void fill_in(RealDriver& driver) {
#define PGIAM_ODBC_LOOK_UP(name) look_up(driver.library, #name, driver.name);
  PGIAM_ODBC_OWN(PGIAM_ODBC_LOOK_UP)
  PGIAM_ODBC_WIDE_OWN(PGIAM_ODBC_LOOK_UP)
#undef PGIAM_ODBC_LOOK_UP
  for (const Jump* jump = jumps(); jump->name; ++jump) {
    void* function = dlsym(driver.library, jump->name);
    *jump->target = function ? function : no_function();
  }
}

RealDriver load() {
  const LoadLock lock;
  const Installer installer = Installer::find(nullptr);
  const std::string named = named_driver(installer);
  RealDriver driver;
  std::string reasons;
  for (const std::string& file : candidates(installer, named.empty() ? kDefaultDriver : named)) {
    driver.library = open(driver, file, reasons);
    if (driver.library) {
      fill_in(driver);
      return driver;
    }
  }
  driver.problem =
      named.empty()
          ? std::string("psqlODBC (") + kDefaultDriver +
                ") was not found. Install it (Debian: apt-get install odbc-postgresql), or name "
                "its file: PgiamDriver=… in pgiam's section of odbcinst.ini. Tried:" + reasons
          : "PgiamDriver names " + named + ", which cannot be loaded:" + reasons;
  return driver;
}

}  // namespace

const RealDriver& real_driver() {
  static const RealDriver driver = load();
  return driver;
}

bool is_loaded_driver(const std::string& name) {
  const RealDriver& driver = real_driver();
  return leads_to(Installer::find(driver.library), name, real_path(driver.file));
}

}  // namespace pgiam::odbc
