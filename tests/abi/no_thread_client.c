/* Where no thread can be started, whoever waits on their own thread is served all the same, an answer in
 * memory as well, and an operation that has to fetch says what is missing. Stands before pthread_create. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgiam.h"

static int there_are_none = 1;

#pragma GCC visibility push(default)
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument) {
  int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  if (there_are_none) return EAGAIN;
  *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
  return real(thread, attributes, run, argument);
}
#pragma GCC visibility pop

static int faults = 0;

static void expect(int right, const char *what) {
  if (right) return;
  fprintf(stderr, "not so: %s\n", what);
  ++faults;
}

static pgiam_status ask(pgiam_context *context, const char *user) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_reply *reply = NULL;
  pgiam_status status;
  request.host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
  request.user = user;
  status = pgiam_before_connect(context, &request, &reply, NULL);
  pgiam_reply_free(reply);
  return status;
}

static pgiam_status start(pgiam_context *context, const char *user, pgiam_error **error) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_operation *operation = NULL;
  pgiam_reply *reply = NULL;
  pgiam_status status;
  request.host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
  request.user = user;
  status = pgiam_operation_start(context, &request, &operation, error);
  if (status == PGIAM_OK) status = pgiam_operation_wait(operation, 20000, &reply, error);
  pgiam_operation_free(operation);
  pgiam_reply_free(reply);
  return status;
}

int main(void) {
  pgiam_context *context = NULL;
  pgiam_error *error = NULL;
  setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
  setenv("HOME", "/nonexistent", 1);
  expect(pgiam_context_new(NULL, &context, NULL) == PGIAM_OK, "there is a context");

  expect(start(context, "app", &error) == PGIAM_E_NO_MEMORY, "an operation that fetches fails");
  expect(strstr(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), "no thread") != NULL, "and says why");
  expect(strstr(pgiam_error_text(error, PGIAM_ERROR_HINT), "please report") == NULL,
         "and calls it no bug");
  expect(pgiam_error_number(error, PGIAM_ERROR_RETRYABLE) == 1, "which may pass");
  pgiam_error_free(error);
  error = NULL;

  expect(ask(context, "app") == PGIAM_OK, "a call that waits is answered");
  expect(start(context, "app", &error) == PGIAM_OK, "an operation whose answer is in memory, too");
  pgiam_error_free(error);
  error = NULL;

  there_are_none = 0;
  expect(start(context, "other", &error) == PGIAM_OK, "and one that fetches once there are threads");
  pgiam_error_free(error);
  pgiam_context_free(context);
  return faults != 0;
}
