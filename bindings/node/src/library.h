// The library, found by JavaScript and loaded once for the process, whose threads (Workers) share
// it.
#pragma once

#include <string>

#include "pgiam.h"

namespace pgiam::node {

// nullptr until load has found one that speaks what this addon needs.
const pgiam_api* api();

struct Found {
  std::string why_not;       // of a file that cannot be loaded: the linker's words
  bool is_pgiam = false;     // it has pgiam's functions
  uint32_t abi_version = 0;  // major << 16 | minor
  bool is_ours = false;      // it is taken
};
Found load(const char* file);

}  // namespace pgiam::node
