/* Loads modules that bring libpq along, each out of sight of the others, and lets each connect,
 * reset and connect in a thread:  late FLAGS CONNINFO MODULE…  FLAGS: "local", "global",
 * "deepbind", or "mixed" for local and global in turn. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int count, char** words) {
  int flags = RTLD_NOW | RTLD_LOCAL;
  if (strcmp(words[1], "global") == 0) flags = RTLD_NOW | RTLD_GLOBAL;
  if (strcmp(words[1], "deepbind") == 0) flags |= RTLD_DEEPBIND;
  for (int i = 3; i < count; ++i) {
    if (strcmp(words[1], "mixed") == 0) flags = RTLD_NOW | (i % 2 ? RTLD_LOCAL : RTLD_GLOBAL);
    void* module = dlopen(words[i], flags);
    if (!module) return puts(dlerror()), 1;
    const char* (*use)(const char*);
    *(void**)&use = dlsym(module, "use_libpq");
    puts(use(words[2]));
  }
  return 0;
}
