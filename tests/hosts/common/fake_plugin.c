/* Something that a loader may find under the plugin's name. */
#define PGIAM_BUILDING
#include "pgiam.h"

#if !defined(PLUGIN_OF_NO_SYMBOL)
const pgiam_api* pgiam_get_api(uint32_t abi_major) {
  static const pgiam_api api = {.struct_size = sizeof(pgiam_api),
                                .abi_version = PGIAM_ABI_MAJOR << 16};
#if defined(PLUGIN_OF_OTHER_MAJOR)
  return abi_major == PGIAM_ABI_MAJOR + 1 ? &api : NULL;
#else
  return abi_major == PGIAM_ABI_MAJOR ? &api : NULL;
#endif
}
#else
PGIAM_EXPORT extern const int not_pgiam;
const int not_pgiam = 1;
#endif
