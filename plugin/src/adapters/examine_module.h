// Finds and loads libpgiam-examine.so.
#pragma once

#include "base/result.h"
#include "ports/examine_module.h"

namespace pgiam {

// kUnsupported where it is not installed. Loaded once, for good.
Result<const pgiam_examine_module*> load_examine_module();

}  // namespace pgiam
