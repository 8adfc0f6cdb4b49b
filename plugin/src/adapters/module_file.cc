#include "adapters/module_file.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#ifndef PGIAM_DATA_FROM_LIBRARY
#define PGIAM_DATA_FROM_LIBRARY "../share"
#endif

namespace pgiam {
namespace {

constexpr const char* kFolder = "/pgiam";
// From the library's folder: as it is installed, and in the build tree.
constexpr const char* kDataFolders[] = {"/" PGIAM_DATA_FROM_LIBRARY "/pgiam", "/../share/pgiam",
                                        kFolder};

void add(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

// What is beside a library that was unpacked into a folder of everybody's may be anybody's.
bool is_trusted_folder(const char* path) {
  struct stat info {};
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode) && (info.st_mode & S_IWOTH) == 0 &&
         (info.st_uid == 0 || info.st_uid == geteuid());
}

// Where this code lies, under the name that it was loaded by and the file's own.
std::vector<std::string> own_folders() {
  std::vector<std::string> folders;
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&module_candidates), &here) == 0) return folders;
  const auto add_folder_of = [&](const std::string& file) {
    if (const auto slash = file.rfind('/'); slash != file.npos)
      add(folders, file.substr(0, slash));
  };
  add_folder_of(here.dli_fname);
  if (char* real = realpath(here.dli_fname, nullptr)) {
    add_folder_of(real);
    free(real);
  }
  return folders;
}

}  // namespace

std::vector<std::string> module_candidates(const char* name) {
  std::vector<std::string> candidates;
  for (const std::string& folder : own_folders()) {
    add(candidates, folder + kFolder + "/" + name);
    if (folder.ends_with(kFolder)) add(candidates, folder + "/" + name);
  }
  return candidates;
}

std::vector<std::string> find_data_folders() {
  std::vector<std::string> folders;
  const auto add_beside = [&](const std::string& library_folder) {
    for (const char* data : kDataFolders) {
      char* real = realpath((library_folder + data).c_str(), nullptr);
      if (real != nullptr && is_trusted_folder(real)) add(folders, real);
      free(real);
    }
  };
  for (const std::string& folder : own_folders()) {
    add_beside(folder);
    if (folder.ends_with(kFolder))  // a module's
      add_beside(folder.substr(0, folder.size() - std::string_view(kFolder).size()));
  }
  return folders;
}

}  // namespace pgiam
