/* A libpgiam.so.1 of ABI 1.1, as far as a loader looks: its table, and its version. */
#include "pgiam.h"

static const char *PGIAM_CALL version(void) { return "0.0.9"; }
static uint32_t PGIAM_CALL abi_version(void) { return 1u << 16 | 1; }

const pgiam_api *PGIAM_CALL pgiam_get_api(uint32_t major) {
  static pgiam_api api;
  api.struct_size = sizeof api;
  api.abi_version = abi_version();
  api.version = version;
  return major == 1 ? &api : NULL;
}
