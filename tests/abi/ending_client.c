/* A program that asks for tokens when its threads and itself are about to end: in the destructor of
 * what a thread keeps, and in a handler of exit(). */
#define _POSIX_C_SOURCE 200112L
#include <pgiam.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pgiam_context* context;
static pthread_key_t key;

static void ask(const char* when) {
  /* Longer than what went before, and none that is remembered. */
  static const char* hosts[] = {
      "a.c9akciq32xyz.eu-west-1.rds.amazonaws.com",
      "a-name-that-does-not-fit-where-the-last-was.c9akciq32xyz.eu-west-1.rds.amazonaws.com"};
  for (int i = 0; i < 4; ++i) {
    pgiam_request request = PGIAM_REQUEST_INIT;
    pgiam_reply* reply = NULL;
    request.host = hosts[i / 2];
    request.user = "peccy";
    if (pgiam_before_connect(context, &request, &reply, NULL) != PGIAM_OK) {
      fprintf(stderr, "ending_client: no token %s\n", when);
      _exit(1);
    }
    pgiam_reply_free(reply);
  }
}

static void at_the_end_of_the_thread(void* nothing) {
  (void)nothing;
  ask("at the end of a thread");
}

static void* run(void* something) {
  pthread_setspecific(key, something);
  ask("in a thread");
  return NULL;
}

static void at_exit(void) { ask("in a handler of exit()"); }

int main(void) {
  pthread_t thread;
  setenv("HOME", "/nonexistent", 1);
  setenv("AWS_ACCESS_KEY_ID", "akid", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  if (pgiam_context_new(NULL, &context, NULL) != PGIAM_OK) return 1;
  pthread_key_create(&key, at_the_end_of_the_thread);
  if (pthread_create(&thread, NULL, run, &key) != 0 || pthread_join(thread, NULL) != 0) return 1;
  ask("before the end");
  return atexit(at_exit);
}
