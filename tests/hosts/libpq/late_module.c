/* What late.c loads. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

/* "ok" and the file of the libpq that it got, or what went wrong. */
__attribute__((visibility("default"))) const char* use_libpq(const char* conninfo) {
  static char answer[4096];
  PGconn* conn = PQconnectdb(conninfo);
  if (PQstatus(conn) == CONNECTION_OK) PQreset(conn);
  Dl_info info;
  void* function = NULL;
  *(const char* (**)(const PGconn*)) & function = (const char* (*)(const PGconn*))PQuser;
  dladdr(function, &info);
  snprintf(answer, sizeof answer, "%s %s",
           PQstatus(conn) == CONNECTION_OK ? "ok" : PQerrorMessage(conn),
           strrchr(info.dli_fname, '/') + 1);
  PQfinish(conn);
  return answer;
}
