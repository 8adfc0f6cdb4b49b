/* Preloaded, makes the kernel an old one: no files in memory. */
#include <errno.h>

__attribute__((visibility("default"))) int memfd_create(const char* name, unsigned flags);

int memfd_create(const char* name, unsigned flags) {
  (void)name, (void)flags;
  errno = ENOSYS;
  return -1;
}
