/* Preloaded, makes the kernel an old one: no files in memory. With NO_FILES in the environment, there
 * is no place for any other file either, as in a jail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#define STAND_IN __attribute__((visibility("default")))

STAND_IN int memfd_create(const char* name, unsigned flags);

int memfd_create(const char* name, unsigned flags) {
  (void)name, (void)flags;
  errno = ENOSYS;
  return -1;
}

STAND_IN int mkostemp(char* name, int flags) {
  if (getenv("NO_FILES")) {
    errno = ENOENT;
    return -1;
  }
  int (*real)(char*, int);
  *(void**)&real = dlsym(RTLD_NEXT, "mkostemp");
  return real(name, flags);
}
