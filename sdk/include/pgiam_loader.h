/* pgiam_loader.h - finds the pgiam plugin, loads it once and for ever, hands out its table.
 * Strict C99; needs libc (and libdl where that is a library of its own).
 *
 * For hosts that must start even where pgiam is not installed. Link pgiam_loader, or compile
 * pgiam_loader.c into your program: "next to the host" below means the object it is compiled into. */
#ifndef PGIAM_LOADER_H
#define PGIAM_LOADER_H

#include "pgiam.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PGIAM_LIBRARY_NAME "libpgiam.so.1"

/* The plugin's table, valid for the life of the process, or NULL.
 *
 * path: the plugin's file. NULL: the file that the environment variable PGIAM_LIBRARY names (not
 * in setuid programs); else libpgiam.so.1 next to the host, in ../lib from there, and where
 * the system's loader finds it. A file that was named is the only one tried.
 *
 * reason: NULL, or a buffer of reason_size bytes that tells, when the answer is NULL, every file
 * that was tried and why it would not do, a line each, cut to fit. "" on success.
 *
 * Any thread, also after fork. Takes no lock. A failure is not remembered: the next call tries again. */
const pgiam_api *pgiam_load(const char *path, char *reason, size_t reason_size);

#ifdef __cplusplus
}
#endif
#endif /* PGIAM_LOADER_H */
