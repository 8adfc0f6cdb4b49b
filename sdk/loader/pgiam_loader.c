/* Finds libpgiam.so.1, loads it and checks its major. See pgiam_loader.h. */
#define _GNU_SOURCE /* dladdr, secure_getenv */
#include "pgiam_loader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define PATH_SIZE 4096

/* Where the reasons go; keeps a NUL at the end whatever is added. */
typedef struct text {
  char* bytes;
  size_t size;
  size_t length;
} text;

static void text_add(text* out, const char* file, const char* why) {
  if (out->size - out->length <= 1) return;
  int n = snprintf(out->bytes + out->length, out->size - out->length, "%s%s: %s",
                   out->length ? "\n" : "", file, why);
  if (n < 0) return;
  out->length += (size_t)n < out->size - out->length ? (size_t)n : out->size - out->length - 1;
}

/* The folder of the object that this file is compiled into, without a slash at its end. */
static int host_folder(char* folder, size_t size) {
  static const char anchor = 0;
  Dl_info here, program;
  if (!dladdr(&anchor, &here)) return 0;

  /* The program's name there is argv[0], which is whatever its parent chose. */
  if (dladdr((const void*)getauxval(AT_PHDR), &program) && program.dli_fbase == here.dli_fbase) {
    ssize_t n = readlink("/proc/self/exe", folder, size - 1);
    if (n <= 0) return 0;
    folder[n] = '\0';
  } else {
    if (strlen(here.dli_fname) >= size) return 0;
    strcpy(folder, here.dli_fname);
  }
  char* slash = strrchr(folder, '/');
  if (!slash) return 0;
  *slash = '\0';
  return 1;
}

static const pgiam_api* load_file(const char* file, text* reasons) {
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = dlerror();
    /* dlerror begins with the file's name more often than not: once is enough. */
    size_t length = strlen(file);
    if (why && strncmp(why, file, length) == 0 && strncmp(why + length, ": ", 2) == 0)
      why += length + 2;
    text_add(reasons, file, why ? why : "cannot be loaded");
    return NULL;
  }

  /* ISO C has no cast from void * to a function pointer; POSIX promises that the bytes agree. */
  pgiam_get_api_fn get_api = NULL;
  void* symbol = dlsym(library, PGIAM_GET_API_SYMBOL);
  memcpy(&get_api, &symbol, sizeof get_api);
  const pgiam_api* api = get_api ? get_api(PGIAM_ABI_MAJOR) : NULL;
  if (!get_api)
    text_add(reasons, file, "is not pgiam: it has no " PGIAM_GET_API_SYMBOL);
  else if (!api)
    text_add(reasons, file, "is a pgiam of another major version than this program's");
  return api; /* never closed: threads and callbacks of the plugin may be anywhere */
}

static const pgiam_api* load_default(text* reasons) {
  const char* named = secure_getenv("PGIAM_LIBRARY");
  if (named && *named) return load_file(named, reasons);

  static const char* const places[] = {"%s/" PGIAM_LIBRARY_NAME, "%s/../lib/" PGIAM_LIBRARY_NAME};
  char folder[PATH_SIZE];
  if (host_folder(folder, sizeof folder)) {
    for (size_t i = 0; i < sizeof places / sizeof places[0]; ++i) {
      char file[PATH_SIZE + 64];
      snprintf(file, sizeof file, places[i], folder);
      const pgiam_api* api = load_file(file, reasons);
      if (api) return api;
    }
  }
  return load_file(PGIAM_LIBRARY_NAME, reasons);
}

const pgiam_api* pgiam_load(const char* path, char* reason, size_t reason_size) {
  /* Threads that come at once may search twice; they find the same table. A lock would stay
   * locked in the child of a fork. */
  static const pgiam_api* found;

  text reasons = {reason, reason ? reason_size : 0, 0};
  if (reasons.size) reason[0] = '\0';
  if (path && *path) return load_file(path, &reasons);

  const pgiam_api* api = __atomic_load_n(&found, __ATOMIC_ACQUIRE);
  if (api) return api;
  api = load_default(&reasons);
  if (!api) return NULL;
  if (reasons.size) reason[0] = '\0';
  __atomic_store_n(&found, api, __ATOMIC_RELEASE);
  return api;
}
