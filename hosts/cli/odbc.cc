// pgiam odbc: registers the ODBC shim with the driver manager, through its official installer library.
#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "commands.h"
#include "odbc_installer.h"
#include "library.h"
#include "report.h"

namespace pgiam::cli {
namespace {

constexpr const char* kWide = "libpgiam-odbc.so";
constexpr const char* kAnsi = "libpgiam-odbca.so";
constexpr unsigned short kComplete = 2;  // ODBC_INSTALL_COMPLETE of odbcinst.h

// The part of odbcinst.h that we call: the command must start where there is no ODBC.
class Registry {
 public:
  Registry() {
    for (const char* name : {"libodbcinst.so.2", "libodbcinst.so.1", "libiodbcinst.so.2"}) {
      if (!library_) library_ = dlopen(name, RTLD_NOW);
    }
    install_ = find<decltype(install_)>("SQLInstallDriverEx");
    remove_ = find<decltype(remove_)>("SQLRemoveDriver");
    complaint_ = find<decltype(complaint_)>("SQLInstallerError");
    if (!install_ || !remove_ || !complaint_)
      throw UsageError("there is no ODBC installer library (libodbcinst)",
                       "install the driver manager; Debian: apt-get install unixodbc odbcinst");
  }

  odbc::Installer read() const { return odbc::Installer::find(library_); }

  // As it is counted how often a driver was installed, an older registration goes first.
  void install(const std::string& name, const std::vector<std::string>& settings) const {
    if (!read().keys(name, odbc::kOdbcInstIni).empty()) remove(name);
    std::string entry = name + '\0';
    for (const std::string& setting : settings) entry += setting + '\0';
    entry += '\0';
    char folder[4096] = "";
    unsigned short length = 0;
    unsigned int count = 0;
    if (!install_(entry.c_str(), nullptr, folder, sizeof folder, &length, kComplete, &count))
      complain("cannot register " + name);
  }

  void remove(const std::string& name) const {
    unsigned int count = 1;
    while (count > 0) {
      if (!remove_(name.c_str(), 0, &count)) complain("cannot remove " + name);
    }
  }

 private:
  template <typename Function>
  Function find(const char* name) const {
    return reinterpret_cast<Function>(library_ ? dlsym(library_, name) : nullptr);
  }

  [[noreturn]] void complain(const std::string& what) const {
    unsigned int code = 0;
    char text[1024] = "";
    unsigned short length = 0;
    complaint_(1, &code, text, sizeof text, &length);
    throw UsageError(what + ": " + (*text ? text : "no reason given"),
                     "odbcinst.ini is root's: sudo, or a folder of your own in ODBCSYSINI");
  }

  void* library_ = nullptr;
  int (*install_)(const char* driver, const char* path_in, char* path_out, unsigned short room,
                  unsigned short* length, unsigned short request, unsigned int* usage_count);
  int (*remove_)(const char* driver, int remove_data_sources, unsigned int* usage_count);
  short (*complaint_)(unsigned short number, unsigned int* code, char* text, unsigned short room,
                      unsigned short* length);
};

bool is_shim(const std::string& file) {
  const std::string name = std::filesystem::path(file).filename().string();
  return name == kWide || name == kAnsi;
}

std::string name_of(const Arguments& arguments) {
  return arguments.has("name") ? arguments.value("name") : "pgiam";
}

std::string shim_file(const Arguments& arguments) {
  const std::string file = library_folder() + "/" + (arguments.has("ansi") ? kAnsi : kWide);
  if (!std::filesystem::exists(file))
    throw UsageError(file + " is not there", "this pgiam was built without the ODBC shim");
  return file;
}

std::string example(const std::string& name) {
  return "A data source to copy into ~/.odbc.ini (or the system's odbc.ini):\n"
         "\n"
         "[orders]\n"
         "Driver     = " + name + "\n"
         "Servername = orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com\n"
         "Port       = 5432\n"
         "Database   = orders\n"
         "Username   = app_user\n"
         "SSLmode    = verify-full\n"
         "PgiamSslrootcert = rds\n"
         "# PgiamProfile = dev\n"
         "\n"
         "Try it: isql -v orders";
}

int install(const Arguments& arguments) {
  const Registry registry;
  const std::string name = name_of(arguments), file = shim_file(arguments);
  std::vector<std::string> settings = {"Description=PostgreSQL with AWS IAM tokens (pgiam)",
                                       "Driver=" + file};
  if (arguments.has("driver")) settings.push_back("PgiamDriver=" + arguments.value("driver"));
  registry.install(name, settings);
  remark("registered the driver " + name + ": " + file);
  print_line(example(name));
  return kExitOk;
}

int uninstall(const Arguments& arguments) {
  const Registry registry;
  const std::string name = name_of(arguments);
  const std::string file = registry.read().value(name, "Driver", odbc::kOdbcInstIni);
  if (file.empty()) throw UsageError("no driver " + name + " is registered", "pgiam odbc list");
  if (!is_shim(file))
    throw UsageError("the driver " + name + " is not pgiam's: " + file, "pgiam odbc list");
  registry.remove(name);
  remark("removed the driver " + name);
  return kExitOk;
}

// The drivers that are this shim, and the data sources that use one of them.
int list(const Arguments&) {
  const Registry registry;
  const odbc::Installer installer = registry.read();
  std::vector<std::string> names;
  for (const std::string& name : installer.sections(odbc::kOdbcInstIni)) {
    const std::string file = installer.value(name, "Driver", odbc::kOdbcInstIni);
    if (!is_shim(file)) continue;
    names.push_back(name);
    const std::string real = installer.value(name, "PgiamDriver", odbc::kOdbcInstIni);
    print_line("driver " + name + ": " + file + (real.empty() ? "" : ", over " + real));
  }
  for (const std::string& source : installer.sections(odbc::kOdbcIni)) {
    const std::string driver = installer.value(source, "Driver", odbc::kOdbcIni);
    if (is_shim(driver) || std::find(names.begin(), names.end(), driver) != names.end())
      print_line("data source " + source + ": " + driver);
  }
  if (names.empty()) remark("the driver is not registered: pgiam odbc install");
  return kExitOk;
}

int run(const Arguments& arguments) {
  const std::string action = arguments.words.empty() ? "" : arguments.words.front();
  if (action == "install") return install(arguments);
  if (action == "uninstall") return uninstall(arguments);
  if (action == "list") return list(arguments);
  throw UsageError(action.empty() ? "no action is given" : "odbc has no action \"" + action + "\"",
                   "pgiam odbc install, uninstall or list");
}

}  // namespace

Command odbc_command() {
  return {.name = "odbc",
          .purpose = "registers the ODBC driver: install, uninstall, list",
          .word = {"ACTION", "install, uninstall or list"},
          .flags = {{"name", "NAME", "the driver's name [pgiam]"},
                    {"driver", "FILE", "the real driver [psqlODBC, where it is found]"},
                    {"ansi", nullptr, "the build without wide characters, for iODBC"}},
          .notes = "Writes odbcinst.ini: the system's, or the one in the folder ODBCSYSINI.",
          .run = run};
}

}  // namespace pgiam::cli
