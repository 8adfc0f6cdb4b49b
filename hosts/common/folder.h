// Folders that something is written into.
#pragma once

#include <string>

namespace pgiam::host {

struct FolderComplaint {
  std::string message;  // a sentence, "" where there is none
  std::string command;  // what to type, "" where there is nothing
};

// Why nothing of this user's is written there. None where the folder is this user's or the system's,
// and strangers can put nothing in the place of what is written. Root may write into anybody's.
FolderComplaint complaint_of_folder(const std::string& path);

}  // namespace pgiam::host
