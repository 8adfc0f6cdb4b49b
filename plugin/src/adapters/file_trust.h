// Who may have written a file, as ssh judges its own configuration.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "base/error.h"

namespace pgiam {

// Why what stands in this file is not this process's own word: it belongs to neither root nor the
// effective user, or others may write to it. With owner, mode and what to type; nothing where it may
// be trusted. `info`: of the file as it was opened, since its name may mean another by now.
std::optional<Error> why_not_trusted(const struct stat& info, const std::string& path);

}  // namespace pgiam
