// The members of a group. Includes nothing of the core: hosts share it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace pgiam {

// Who is in the group but this user and root: "group staff, in which is ann"; nothing where that is
// nobody, as in a group of the user's own, and a reason where it cannot be told.
std::optional<std::string> others_in(gid_t group, uid_t user);
// Of the user database's file; "uid 1001" where it is silent.
std::string name_of_user(uid_t user);

}  // namespace pgiam
