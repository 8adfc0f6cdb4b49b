#include "elf_file.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;

namespace pgiam::cli {
namespace {

constexpr unsigned char kWordSize = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr std::uint32_t kGoBuildId = 4;  // NT_GO_BUILD_ID

// The file's bytes; whatever is read beyond them is nothing.
class Bytes {
 public:
  explicit Bytes(const std::string& path) : file_(path, std::ios::binary) {}

  template <typename Object>
  bool read(std::size_t offset, Object& object) {
    return read(offset, &object, sizeof object);
  }
  std::string text(std::size_t offset, std::size_t size) {
    constexpr std::size_t kMost = 64u << 20;
    std::string text(std::min(size, kMost), '\0');
    return read(offset, text.data(), text.size()) ? text : std::string();
  }

 private:
  bool read(std::size_t offset, void* to, std::size_t size) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    return file_.good();
  }

  std::ifstream file_;
};

std::string until_nul(std::string_view text, std::size_t at) {
  if (at >= text.size()) return "";
  text.remove_prefix(at);
  return std::string(text.substr(0, text.find('\0')));
}

// The parts of a program, by their addresses in memory.
class Reader {
 public:
  Reader(const std::string& path, Bytes& bytes, const ElfW(Ehdr) & header)
      : folder_(fs::weakly_canonical(path).parent_path()), bytes_(bytes) {
    segments_.resize(header.e_phnum);
    for (std::size_t i = 0; i < segments_.size(); ++i)
      if (!bytes.read(header.e_phoff + i * sizeof segments_[i], segments_[i])) segments_.clear();
  }

  void read(ElfFile& elf) {
    for (const ElfW(Phdr) & segment : segments_) {
      if (segment.p_type == PT_INTERP)
        elf.loader = fs::path(until_nul(bytes_.text(segment.p_offset, segment.p_filesz), 0))
                         .filename();
      if (segment.p_type == PT_NOTE && is_of_go(segment)) elf.is_go = true;
      if (segment.p_type == PT_DYNAMIC) read_dynamic(segment, elf);
    }
  }

 private:
  bool is_of_go(const ElfW(Phdr) & segment) {
    const auto aligned = [](std::size_t size) { return (size + 3) / 4 * 4; };
    ElfW(Nhdr) note{};
    for (std::size_t at = 0; at + sizeof note <= segment.p_filesz;) {
      if (!bytes_.read(segment.p_offset + at, note)) return false;
      at += sizeof note;
      if (note.n_type == kGoBuildId && bytes_.text(segment.p_offset + at, 2) == "Go") return true;
      at += aligned(note.n_namesz) + aligned(note.n_descsz);
    }
    return false;
  }

  void read_dynamic(const ElfW(Phdr) & segment, ElfFile& elf) {
    std::vector<ElfW(Dyn)> entries;
    for (std::size_t at = 0; at + sizeof(ElfW(Dyn)) <= segment.p_filesz; at += sizeof(ElfW(Dyn))) {
      ElfW(Dyn) entry{};
      if (!bytes_.read(segment.p_offset + at, entry) || entry.d_tag == DT_NULL) break;
      entries.push_back(entry);
    }
    const auto value = [&](ElfW(Sxword) tag) -> std::size_t {
      for (const ElfW(Dyn) & entry : entries)
        if (entry.d_tag == tag) return entry.d_un.d_val;
      return 0;
    };
    const std::string names = bytes_.text(offset_of(value(DT_STRTAB)), value(DT_STRSZ));
    for (const ElfW(Dyn) & entry : entries) {
      const auto name = [&] { return until_nul(names, entry.d_un.d_val); };
      if (entry.d_tag == DT_NEEDED) elf.needed.push_back(name());
      if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) add_search(name(), elf);
    }
    read_imports(value(DT_SYMTAB), symbol_count(value(DT_HASH), value(DT_GNU_HASH)), names, elf);
  }

  // Folders, separated by colons.
  void add_search(std::string list, ElfFile& elf) const {
    for (const char* origin : {"${ORIGIN}", "$ORIGIN"})
      for (std::size_t at; (at = list.find(origin)) != list.npos;)
        list.replace(at, strlen(origin), folder_);
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(':', begin), list.size());
      if (end > begin) elf.search.push_back(list.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  // Those that come from elsewhere; the newer table does not count the others, which follow.
  std::size_t symbol_count(std::size_t hash, std::size_t gnu_hash) {
    std::uint32_t words[2] = {0, 0};  // of the older: buckets, symbols; of the newer: buckets, first
    const std::size_t at = gnu_hash ? gnu_hash : hash;
    return at && bytes_.read(offset_of(at), words) ? words[1] : 0;
  }

  void read_imports(std::size_t table, std::size_t count, std::string_view names, ElfFile& elf) {
    constexpr std::size_t kMost = 1u << 20;
    const std::string symbols =
        bytes_.text(offset_of(table), std::min(count, kMost) * sizeof(ElfW(Sym)));
    for (std::size_t at = 0; at + sizeof(ElfW(Sym)) <= symbols.size(); at += sizeof(ElfW(Sym))) {
      ElfW(Sym) symbol;
      memcpy(&symbol, symbols.data() + at, sizeof symbol);
      if (symbol.st_shndx == SHN_UNDEF && symbol.st_name != 0)
        elf.imports.push_back(until_nul(names, symbol.st_name));
    }
    std::sort(elf.imports.begin(), elf.imports.end());
  }

  std::size_t offset_of(std::size_t address) const {
    for (const ElfW(Phdr) & segment : segments_)
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
          address - segment.p_vaddr < segment.p_filesz)
        return address - segment.p_vaddr + segment.p_offset;
    return static_cast<std::size_t>(-1) >> 1;
  }

  const std::string folder_;
  Bytes& bytes_;
  std::vector<ElfW(Phdr)> segments_;
};

}  // namespace

bool ElfFile::imports_any_of(std::initializer_list<std::string_view> names) const {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::binary_search(imports.begin(), imports.end(), name);
  });
}

std::optional<ElfFile> read_elf(const std::string& path) {
  Bytes bytes(path);
  ElfW(Ehdr) header{};
  if (!bytes.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return std::nullopt;
  // These two stand at the same place for all machines, all else only for those of one word size.
  ElfFile elf;
  elf.word_size = header.e_ident[EI_CLASS];
  elf.machine = header.e_machine;
  if (elf.word_size == kWordSize) Reader(path, bytes, header).read(elf);
  return elf;
}

}  // namespace pgiam::cli
