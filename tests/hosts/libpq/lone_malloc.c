/* Preloaded, is an allocator that cannot be asked how large a block is; what libc's malloc_usable_size
 * would say of its blocks is nobody's promise. */
#include <stddef.h>

extern void* __libc_malloc(size_t size);

__attribute__((visibility("default"))) void* malloc(size_t size);

void* malloc(size_t size) { return __libc_malloc(size); }
