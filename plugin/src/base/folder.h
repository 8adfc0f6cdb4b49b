// Folders that something of this user's is written into, or that code is loaded from. Includes nothing of the core:
// hosts share it.
#pragma once

#include <sys/stat.h>

#include <string>

namespace pgiam {

struct FolderComplaint {
  std::string message;  // a sentence, "" where there is none
  std::string command;  // what to type, "" where there is nothing
};

// Why nothing is written there. None where the folder is this user's or the system's, and strangers
// can put nothing in the place of what is written. Root may write into anybody's, as from a
// container or by sudo.
FolderComplaint complaint_of_folder(const struct stat& info, const std::string& path);
// The same by its name; none of one that cannot be looked at, as whoever opens it will say so.
FolderComplaint complaint_of_folder(const std::string& path);

// Why no code is loaded from there: somebody but root and this user may put theirs in its place, in the folder or, by
// moving one of those that it lies in, in any above. Root is no exception, as it would run the code.
// `path`: absolute and without links (realpath()), and what is loaded is named by it.
FolderComplaint complaint_of_code_folder(const std::string& path);

}  // namespace pgiam
