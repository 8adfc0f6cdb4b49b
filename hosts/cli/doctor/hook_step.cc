#include "../preload.h"
#include "../report.h"
#include "plugin.h"
#include "steps.h"

namespace pgiam::cli::doctor {

Finding look_at_hook() {
  if (host::is_disabled())
    return failed({"disabled",
                   "PGIAM_DISABLE is set: all would work, but the hook stays out of it",
                   {"unset PGIAM_DISABLE"},
                   kExitUsage});
  try {
    return ok(hook_file());
  } catch (const UsageError& error) {
    return failed({"hook_missing", error.what(), {error.hint()}, kExitUsage});
  }
}

}  // namespace pgiam::cli::doctor
