// Files that the command writes where its user says.
#pragma once

#include <sys/types.h>

#include <string>

namespace pgiam::cli {

// Makes the file, or puts a new one in its place, whole or not at all. Never through a link, nor into a file that somebody
// may have open; throws UsageError there, and where the folder is somebody else's.
void write_whole(const std::string& path, const std::string& text, mode_t mode);

}  // namespace pgiam::cli
