// The modules of the library: where they are looked for.
#pragma once

#include <string>
#include <vector>

namespace pgiam {

// Beside the library that this code is in, under the name it was loaded by or the file's own:
// pgiam/NAME there. In a module, which lies in that folder, beside it.
std::vector<std::string> module_candidates(const char* name);

}  // namespace pgiam
