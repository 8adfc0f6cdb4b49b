#include "preload.h"

#include <elf.h>
#include <link.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>

#include "base/folder.h"
#include "home.h"
#include "late_libpq.h"
#include "library.h"
#include "report.h"

namespace fs = std::filesystem;

namespace pgiam::cli {
namespace {

constexpr int kScriptsInScripts = 5;  // as many as Linux runs
constexpr unsigned char kWordSize = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;

std::string readable(const std::string& file, const char* what) {
  if (access(file.c_str(), R_OK) == 0) return file;
  throw UsageError(
      "the " + std::string(what) + " " + file + " cannot be read: " + std::strerror(errno),
      "it belongs beside libpgiam.so.1: is pgiam installed as a whole?");
}

fs::path cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') return cache;
  if (const fs::path cache = host::file_at_home(".cache"); cache.is_absolute()) return cache;
  throw UsageError("there is no folder to put links in: neither HOME nor XDG_CACHE_HOME is set",
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

// What is preloaded into a program is nobody else's to put there.
void check_folders(fs::path folder) {
  for (; folder.filename() != "pgiam"; folder = folder.parent_path()) {
    const FolderComplaint complaint = complaint_of_folder(folder);
    if (!complaint.message.empty())
      throw UsageError(complaint.message, complaint.command.empty()
                                              ? "set XDG_CACHE_HOME to a folder of your own"
                                              : complaint.command);
  }
}

// The filter's own path tells the loader where the libpq behind it is: in real/ beside it.
std::string filter_in_front_of(const fs::path& libpq, const std::string& filter) {
  std::string name = libpq;
  std::replace(name.begin(), name.end(), '/', '!');
  const fs::path folder = cache_folder() / "pgiam/filter" / name;
  try {
    fs::create_directories(folder / "real");
    check_folders(folder / "real");
    link_to(libpq, folder / "real/libpq.so.5");
    link_to(filter, folder / "libpq.so.5");
    link_to(fs::path(filter).replace_filename("libpq.so"), folder / "libpq.so");
  } catch (const fs::filesystem_error& error) {
    throw UsageError("cannot make a filter for " + libpq.string() + ": " + error.what(),
                     "set XDG_CACHE_HOME to a folder of your own");
  }
  return folder / "libpq.so.5";
}

// The system ignores what a file would give its user: in many containers, on some mounts.
bool privileges_are_ignored(const std::string& program) {
  struct statvfs mount;
  return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
         (statvfs(program.c_str(), &mount) == 0 && (mount.f_flag & ST_NOSUID));
}

bool is_setuid_or_setgid(const std::string& program) {
  struct stat status;
  if (stat(program.c_str(), &status) != 0 || privileges_are_ignored(program)) return false;
  return ((status.st_mode & S_ISUID) && status.st_uid != getuid()) ||
         ((status.st_mode & S_ISGID) && status.st_gid != getgid());
}

bool has_capabilities(const std::string& program) {
  return getuid() != 0 && !privileges_are_ignored(program) &&
         getxattr(program.c_str(), "security.capability", nullptr, 0) > 0;
}

// What an ELF file says of how it is to be run.
struct Image {
  unsigned char word_size;
  unsigned machine;
  std::string loader;  // the name of its file; "" where the program is statically linked

  bool is_for_machine_of(const Image& other) const {
    return word_size == other.word_size && machine == other.machine;
  }
};

std::string read_loader(std::ifstream& file, const ElfW(Ehdr) & header) {
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  ElfW(Phdr) segment{};
  for (int i = 0; i < header.e_phnum; ++i) {
    file.read(reinterpret_cast<char*>(&segment), sizeof segment);
    if (!file || segment.p_type != PT_INTERP) continue;
    std::string path;
    file.seekg(static_cast<std::streamoff>(segment.p_offset));
    std::getline(file, path, '\0');
    return fs::path(path).filename();
  }
  return "";
}

// Nothing for files of other kinds.
std::optional<Image> read_image(const std::string& program) {
  std::ifstream file(program, std::ios::binary);
  ElfW(Ehdr) header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return std::nullopt;
  // These two stand at the same place for all machines, all else only for those of one word size.
  Image image{header.e_ident[EI_CLASS], header.e_machine, ""};
  if (image.word_size == kWordSize) image.loader = read_loader(file, header);
  return image;
}

// "#!/bin/sh -e" → "/bin/sh"; "" where it is no script.
std::string interpreter_of(const std::string& program) {
  std::ifstream file(program, std::ios::binary);
  std::string line;
  if (!std::getline(file, line) || !line.starts_with("#!")) return "";
  const std::size_t begin = line.find_first_not_of(" \t", 2);
  if (begin == line.npos) return "";
  return line.substr(begin, line.find_first_of(" \t", begin) - begin);
}

// What the system runs in the end: of a script its interpreter, and that may be a script again.
std::string program_behind(std::string program) {
  for (int depth = 0; depth < kScriptsInScripts; ++depth) {
    const std::string interpreter = interpreter_of(program);
    if (interpreter.empty()) break;
    program = interpreter;
  }
  return program;
}

}  // namespace

std::string hook_file() { return readable(library_folder() + "/libpgiam-libpq.so", "hook"); }

std::string filter_file() {
  const fs::path folder = library_folder() + "/pgiam/filter";
  const std::string filter = readable(folder / "libpq.so.5", "filter");
  const fs::path libpq = fs::absolute(late_libpq().file);
  std::error_code is_missing;
  if (fs::equivalent(folder / "real/libpq.so.5", libpq, is_missing)) return filter;
  return filter_in_front_of(libpq, filter);
}

void preload(const std::string& file) {
  if (file.find_first_of(" :") != file.npos)
    throw UsageError("LD_PRELOAD cannot hold the path " + file,
                     "move it to a folder without blank and colon in its name");
  const char* others = std::getenv("LD_PRELOAD");
  const std::string all = others && *others ? file + ":" + others : file;
  if (setenv("LD_PRELOAD", all.c_str(), 1) != 0) throw std::bad_alloc();
}

std::string reason_not_to_preload(const std::string& program) {
  const std::string file = program_behind(program);
  if (is_setuid_or_setgid(file)) return "is setuid or setgid";
  if (has_capabilities(file)) return "has capabilities of its own";
  const std::optional<Image> image = read_image(file), own = read_image("/proc/self/exe");
  if (!image || !own) return "";
  if (!image->is_for_machine_of(*own)) return "is built for another kind of machine than pgiam";
  if (image->loader.empty()) return "is statically linked";
  if (image->loader != own->loader) return "is built for another C library than pgiam";
  return "";
}

}  // namespace pgiam::cli
