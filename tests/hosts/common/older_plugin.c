/* The plugin of PGIAM_TEST_PLUGIN as if it were of ABI 1.1: its table ends there. */
#define PGIAM_BUILDING
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "pgiam.h"

const pgiam_api* pgiam_get_api(uint32_t abi_major) {
  static pgiam_api older;
  void* library = dlopen(getenv("PGIAM_TEST_PLUGIN"), RTLD_NOW | RTLD_LOCAL);
  void* symbol = library ? dlsym(library, PGIAM_GET_API_SYMBOL) : NULL;
  if (!symbol) return NULL;
  pgiam_get_api_fn get_api = NULL;
  memcpy(&get_api, &symbol, sizeof get_api);
  const pgiam_api* api = get_api(abi_major);
  if (!api) return NULL;
  memcpy(&older, api, offsetof(pgiam_api, conninfo_parse));
  older.struct_size = offsetof(pgiam_api, conninfo_parse);
  older.abi_version = 1u << 16 | 1u;
  return &older;
}
