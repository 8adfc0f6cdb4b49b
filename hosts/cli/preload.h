// Preloading: the files.
#pragma once

#include <string>

namespace pgiam::cli {

// The library that stands in for libpq's functions. Throws UsageError where it is not to be had.
std::string hook_file();

// The filter (hosts/libpq/CMakeLists.txt tells what that is) in front of the libpq that the loader
// finds in this environment. Where that is not the system's own, this makes a folder with links in the
// user's cache. Throws UsageError.
std::string filter_file();

// Puts them before what is preloaded already, in the place of another pgiam's. Throws UsageError where a path cannot stand there.
void preload(const std::string& file);

}  // namespace pgiam::cli
