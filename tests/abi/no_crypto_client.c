/* Where no libcrypto can be loaded: what is not ours passes, what is ours fails with what was looked
 * for, and as soon as there is one it is found. Stands before dlopen(). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgiam.h"

static int is_there = 0;

#pragma GCC visibility push(default)
void *dlopen(const char *file, int mode) {
  void *(*real)(const char *, int);
  *(void **)&real = dlsym(RTLD_NEXT, "dlopen");
  if (!is_there && file != NULL && strncmp(file, "libcrypto.so.", 13) == 0) file = "libcrypto.so.none";
  return real(file, mode);
}
#pragma GCC visibility pop

static int faults = 0;

static void expect(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "not so: %s\n", what);
  ++faults;
}

static pgiam_status ask(pgiam_context *context, const char *host, pgiam_error **error) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_reply *reply = NULL;
  pgiam_status status;
  request.host = host;
  request.user = "app";
  status = pgiam_before_connect(context, &request, &reply, error);
  pgiam_reply_free(reply);
  return status;
}

int main(void) {
  static const char kOurs[] = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
  pgiam_context *context = NULL;
  pgiam_error *error = NULL;
  setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
  setenv("HOME", "/nonexistent", 1);
  setenv("PGIAM_LOG", "off", 1);
  expect(pgiam_context_new(NULL, &context, NULL) == PGIAM_OK, "a context is made without libcrypto");
  expect(ask(context, "localhost", NULL) == PGIAM_NOT_APPLICABLE, "what is not ours passes");
  expect(ask(context, kOurs, &error) == PGIAM_E_UNSUPPORTED, "what is ours fails");
  expect(strcmp(pgiam_error_text(error, PGIAM_ERROR_CODE), "no_crypto") == 0, "by a code of its own");
  expect(strstr(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), "libcrypto.so.3") != NULL &&
             strstr(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), "libcrypto.so.1.1") != NULL,
         "it says what was looked for");
  expect(strstr(pgiam_error_text(error, PGIAM_ERROR_HINT), "install OpenSSL") != NULL, "and what to install");
  pgiam_error_free(error);
  is_there = 1;
  expect(ask(context, kOurs, NULL) == PGIAM_OK, "as soon as there is one it is found");
  pgiam_context_free(context);
  return faults != 0;
}
