// What an ELF file says of how it is to be run: its machine, its loader, the libraries that it needs,
// the functions that it takes from them.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgiam::cli {

struct ElfFile {
  unsigned char word_size = 0;
  unsigned machine = 0;
  // Only of files for this word size.
  std::string loader;               // the name of its file; "" where the program is statically linked
  bool is_go = false;               // made by Go's linker
  std::vector<std::string> needed;  // libraries, as they are asked for
  std::vector<std::string> search;  // folders of its own to look for them in
  std::vector<std::string> imports;  // functions and data, in order

  bool is_for_machine_of(const ElfFile& other) const {
    return word_size == other.word_size && machine == other.machine;
  }
  bool imports_any_of(std::initializer_list<std::string_view> names) const;
};

// Nothing for files of other kinds, and for broken ones.
std::optional<ElfFile> read_elf(const std::string& path);

}  // namespace pgiam::cli
