#include "preload.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <sstream>
#include <system_error>

#include "base/folder.h"
#include "home.h"
#include "late_libpq.h"
#include "library.h"
#include "report.h"

namespace fs = std::filesystem;

namespace pgiam::cli {
namespace {

#ifdef __GLIBC__
constexpr bool kLoaderTakesFilters = true;
#else  // musl's knows no $LIB, and takes nothing in another library's place
constexpr bool kLoaderTakesFilters = false;
#endif

std::string readable(const std::string& file, const char* what) {
  if (access(file.c_str(), R_OK) == 0) return file;
  throw UsageError(
      "the " + std::string(what) + " " + file + " cannot be read: " + std::strerror(errno),
      "it belongs beside libpgiam.so.1: is pgiam installed as a whole?");
}

fs::path cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') return cache;
  const fs::path home = host::home_folder();  // which is not made where there is none
  if (std::error_code none; home.is_absolute() && fs::is_directory(home, none))
    return home / ".cache";
  throw UsageError("there is no folder to put links in: no home, and XDG_CACHE_HOME is not set",
                   "set XDG_CACHE_HOME to a folder of your own");
}

// Whole or not at all, whoever else is at it.
void link_to(const fs::path& target, const fs::path& link) {
  std::error_code none;
  if (fs::read_symlink(link, none) == target) return;
  const fs::path temporary = link.string() + "." + std::to_string(getpid());
  fs::remove(temporary);  // of a process that died here and had our number
  fs::create_symlink(target, temporary);
  fs::rename(temporary, link);
}

// Of the user alone, as the XDG base directory specification has it.
void make_folders(const fs::path& folder) {
  fs::path made;
  for (const fs::path& part : folder) {
    made /= part;
    if (mkdir(made.c_str(), 0700) != 0 && errno != EEXIST)
      throw fs::filesystem_error("cannot make a folder", made, std::error_code(errno, std::generic_category()));
  }
}

// What is preloaded into a program is nobody else's to put there.
void check_folder(const fs::path& folder) {
  const FolderComplaint complaint = complaint_of_code_folder(folder);
  if (!complaint.message.empty())
    throw UsageError(complaint.message,
                     complaint.command.empty() ? "export XDG_CACHE_HOME=\"$(mktemp -d)\"" : complaint.command);
}

// The filter's own path tells the loader where the libpq behind it is: in real/ beside it.
std::string filter_in_front_of(const fs::path& libpq, const std::string& filter) {
  std::string name = libpq;
  std::replace(name.begin(), name.end(), '/', '!');
  fs::path folder = cache_folder() / "pgiam/filter" / name;
  try {
    make_folders(folder / "real");
    folder = fs::canonical(folder);  // a link on the way may be somebody else's to turn
    check_folder(folder / "real");
    link_to(libpq, folder / "real/libpq.so.5");
    link_to(filter, folder / "libpq.so.5");
    link_to(fs::path(filter).replace_filename("libpq.so"), folder / "libpq.so");
  } catch (const fs::filesystem_error& error) {
    throw UsageError("cannot make a filter for " + libpq.string() + ": " + error.what(),
                     "set XDG_CACHE_HOME to a folder of your own");
  }
  return folder / "libpq.so.5";
}

// Two pgiams in one process would each take the other for libpq: of hooks and of filters the last
// one that was asked for stays.
bool replaces(const std::string& file, const std::string& other) {
  const auto is_filter = [](const std::string& one) {
    return one.find("/pgiam/filter/") != one.npos;
  };
  return fs::path(file).filename() == fs::path(other).filename() &&
         is_filter(file) == is_filter(other);
}

}  // namespace

std::string hook_file() { return readable(library_folder() + "/libpgiam-libpq.so", "hook"); }

std::string filter_file() {
  if (!kLoaderTakesFilters)
    throw UsageError("there is no filter for musl",
                     "the hook alone reaches programs that are linked with libpq; for others, pgiam keep and "
                     "pgiam exec --pgpassword CONNINFO");
  const fs::path folder = library_folder() + "/pgiam/filter";
  if (late_libpq().is_the_systems) return readable(folder / "libpq.so.5", "filter");
  return filter_in_front_of(fs::absolute(late_libpq().file),
                            readable(folder / "elsewhere/libpq.so.5", "filter"));
}

void preload(const std::string& file) {
  if (file.find_first_of(" :") != file.npos)
    throw UsageError("LD_PRELOAD cannot hold the path " + file,
                     "move it to a folder without blank and colon in its name");
  std::string all = file;
  const char* preloaded = std::getenv("LD_PRELOAD");
  std::string others = preloaded ? preloaded : "";
  std::replace(others.begin(), others.end(), ' ', ':');
  std::istringstream list(others);
  for (std::string other; std::getline(list, other, ':');) {
    if (!other.empty() && !replaces(file, other)) all += ":" + other;
  }
  if (setenv("LD_PRELOAD", all.c_str(), 1) != 0) throw std::bad_alloc();
}

}  // namespace pgiam::cli
