// What an installation has beside the library: where it is looked for.
#pragma once

#include <string>
#include <vector>

namespace pgiam {

// Beside the library that this code is in, under the name it was loaded by or the file's own:
// pgiam/NAME there. In a module, which lies in that folder, beside it.
std::vector<std::string> module_candidates(const char* name);

// share/pgiam of the installation or the build tree that the library lies in, and pgiam/ beside it, as
// far as they are there and no other user's.
std::vector<std::string> find_data_folders();

}  // namespace pgiam
