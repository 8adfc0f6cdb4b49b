#include "library_closure.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace pgiam::cli {
namespace {

// Where this process's own loader looks, LD_LIBRARY_PATH first.
std::vector<std::string> folders_of_loader() {
  std::vector<std::string> folders;
#ifdef RTLD_DI_SERINFO
  void* self = dlopen(nullptr, RTLD_LAZY);
  Dl_serinfo size{};
  if (!self || dlinfo(self, RTLD_DI_SERINFOSIZE, &size) != 0) return folders;
  const std::unique_ptr<std::byte[]> memory(new std::byte[size.dls_size]);
  auto* found = reinterpret_cast<Dl_serinfo*>(memory.get());
  if (dlinfo(self, RTLD_DI_SERINFOSIZE, found) == 0 && dlinfo(self, RTLD_DI_SERINFO, found) == 0)
    for (unsigned i = 0; i < found->dls_cnt; ++i) folders.emplace_back(found->dls_serpath[i].dls_name);
#else  // musl's does not tell; these are its own where nobody has written another list
  const char* path = std::getenv("LD_LIBRARY_PATH");
  std::istringstream text(path ? path : "");
  for (std::string folder; std::getline(text, folder, ':');) folders.push_back(folder);
  folders.insert(folders.end(), {"/lib", "/usr/local/lib", "/usr/lib"});
#endif
  return folders;
}

// What ldconfig wrote: the libraries of the folders in /etc/ld.so.conf. glibc's form since 2.2.
class LoaderCache {
 public:
  LoaderCache() {
    std::ifstream file("/etc/ld.so.cache", std::ios::binary);
    text_.assign(std::istreambuf_iterator<char>(file), {});
    const std::size_t begin = text_.find(kMagic);
    if (begin != text_.npos) text_.erase(0, begin);  // the older form stands before it
  }

  // Of every machine that this one runs.
  std::vector<std::string> find(std::string_view name) const {
    std::vector<std::string> paths;
    const std::uint32_t count = number_at(kMagic.size());
    for (std::size_t i = 0; i < count && kEntries + (i + 1) * kEntrySize <= text_.size(); ++i) {
      const std::size_t entry = kEntries + i * kEntrySize;
      if (text_at(number_at(entry + 4)) == name) paths.emplace_back(text_at(number_at(entry + 8)));
    }
    return paths;
  }

 private:
  static constexpr std::string_view kMagic = "glibc-ld.so.cache1.1";
  static constexpr std::size_t kEntries = 48, kEntrySize = 24;

  std::uint32_t number_at(std::size_t at) const {
    std::uint32_t number = 0;
    if (at + sizeof number <= text_.size()) memcpy(&number, text_.data() + at, sizeof number);
    return number;
  }
  std::string_view text_at(std::size_t at) const {
    if (at >= text_.size()) return {};
    const std::string_view rest = std::string_view(text_).substr(at);
    return rest.substr(0, rest.find('\0'));
  }

  std::string text_;
};

class ClosureSearch {
 public:
  explicit ClosureSearch(const ElfFile& program) : program_(program) {}

  std::optional<std::vector<LoadedLibrary>> run() {
    if (!add_needed_by(program_)) return std::nullopt;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const ElfFile elf = found_[i].elf;  // the list moves as it grows
      if (!add_needed_by(elf)) return std::nullopt;
    }
    return std::move(found_);
  }

 private:
  bool add_needed_by(const ElfFile& elf) {
    return std::all_of(elf.needed.begin(), elf.needed.end(),
                       [&](const std::string& name) { return is_found(name) || add(name, elf); });
  }

  bool is_found(const std::string& name) const {
    return std::any_of(found_.begin(), found_.end(),
                       [&](const LoadedLibrary& library) { return library.name == name; });
  }

  bool add(const std::string& name, const ElfFile& by) {
    if (name.find('/') != name.npos) return take(name, name);
    const auto in = [&](const std::vector<std::string>& folders) {
      return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
        return take(name, folder + "/" + name);
      });
    };
    if (in(by.search) || in(program_.search) || in(folders_)) return true;
    const std::vector<std::string> cached = cache_.find(name);
    return std::any_of(cached.begin(), cached.end(),
                       [&](const std::string& path) { return take(name, path); });
  }

  bool take(const std::string& name, const std::string& path) {
    std::optional<ElfFile> elf = read_elf(path);
    if (!elf || !elf->is_for_machine_of(program_)) return false;
    found_.push_back({name, std::move(*elf)});
    return true;
  }

  const ElfFile& program_;
  const std::vector<std::string> folders_ = folders_of_loader();
  const LoaderCache cache_;
  std::vector<LoadedLibrary> found_;
};

}  // namespace

std::optional<std::vector<LoadedLibrary>> library_closure(const ElfFile& program) {
  return ClosureSearch(program).run();
}

}  // namespace pgiam::cli
