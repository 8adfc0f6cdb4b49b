// Programs that somebody waits for no more.
#pragma once

#include <sys/types.h>

#include "base/descriptor.h"

namespace pgiam {

// Ends a child of this process and, where it leads one, its group: asks it, kills it a moment later,
// and reaps it whenever it ends, which one that may not be killed does in its own time. Does not wait
// for any of that: one thread does for all such children, while there are some. `handle` becomes
// readable when the child ends, or is none. False where the child may not be ended by this user.
bool give_up(pid_t pid, bool leads_group, Descriptor handle) noexcept;

}  // namespace pgiam
