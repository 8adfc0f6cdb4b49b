#include "base/privilege.h"

#include <stdlib.h>
#include <sys/auxv.h>

namespace pgiam {

bool is_privileged() { return getauxval(AT_SECURE) != 0; }

const char* trusted_variable(const char* name) { return is_privileged() ? nullptr : getenv(name); }

}  // namespace pgiam
