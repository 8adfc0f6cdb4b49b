// The libraries that the loader will load with a program, found as it finds them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "elf_file.h"

namespace pgiam::cli {

struct LoadedLibrary {
  std::string name;  // as it is asked for: "libpq.so.5"
  ElfFile elf;
};

// nullopt: one of them cannot be found, so that there is nothing to be told.
std::optional<std::vector<LoadedLibrary>> library_closure(const ElfFile& program);

}  // namespace pgiam::cli
