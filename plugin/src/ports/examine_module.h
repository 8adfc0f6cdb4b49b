// What the plugin and its examining module (lib/pgiam/libpgiam-examine.so) say to each other. The
// module is a client of the library: it gets the table of pgiam.h's functions and the caller's own
// arguments. C types only: each has a C++ runtime of its own. Not a public interface: both come
// from one build. No exception passes in either direction.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

struct pgiam_examine_module {
  std::uint32_t api_size;  // sizeof(pgiam_api): tells modules of another build
  // A pgiam_status. Calls `take` once, where it is PGIAM_OK.
  std::int32_t (*examine)(const void* api, void* context, const void* request, std::uint32_t what,
                          void (*take)(void* user_data, const char* json, std::size_t size),
                          void* user_data);
};

typedef const pgiam_examine_module* (*pgiam_examine_module_get_fn)(void);
}

#define PGIAM_EXAMINE_MODULE_SYMBOL "pgiam_examine_module_get"
