/* callers N HOST USER: N threads of one process ask for a password at the same moment. Says "asking" when all are about to, and
 * at the end how many got one, and how many different ones those are. */
#define _XOPEN_SOURCE 700
#include <pgiam_loader.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1024 };

static const pgiam_api *api;
static pgiam_context *context;
static pgiam_request request = PGIAM_REQUEST_INIT;
static pthread_barrier_t all_there;
static pgiam_reply *replies[MOST];

static void *ask(void *slot) {
  pgiam_error *error = NULL;
  pthread_barrier_wait(&all_there);
  if (api->before_connect(context, &request, slot, &error) != PGIAM_OK)
    fprintf(stderr, "%s\n", api->error_text(error, PGIAM_ERROR_MESSAGE));
  api->error_free(error);
  return NULL;
}

static const char *password_of(const pgiam_reply *reply) {
  pgiam_param param = {sizeof param, 0, NULL, NULL};
  for (size_t i = 0; api->reply_param(reply, i, &param) == PGIAM_OK; i++)
    if (strcmp(param.key, "password") == 0) return param.value;
  return "";
}

int main(int argc, char **argv) {
  char reason[4096];
  pthread_t threads[MOST];
  const int count = argc == 4 ? atoi(argv[1]) : 0;
  if (count < 1 || count > MOST) return 2;
  api = pgiam_load(NULL, reason, sizeof reason);
  if (!api) return fputs(reason, stderr), 1;
  if (api->context_new(NULL, &context, NULL) != PGIAM_OK) return 1;
  request.host = argv[2];
  request.user = argv[3];
  pthread_barrier_init(&all_there, NULL, (unsigned)count + 1);
  for (int i = 0; i < count; i++) pthread_create(&threads[i], NULL, ask, &replies[i]);
  puts("asking");
  fflush(stdout);
  pthread_barrier_wait(&all_there);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);

  int got = 0, different = 0;
  for (int i = 0; i < count; i++) {
    if (!replies[i]) continue;
    int is_new = 1;
    for (int j = 0; j < i && is_new; j++)
      is_new = !replies[j] || strcmp(password_of(replies[i]), password_of(replies[j])) != 0;
    got++;
    different += is_new;
  }
  printf("%d passwords, %d different\n", got, different);
  for (int i = 0; i < count; i++) api->reply_free(replies[i]);
  api->context_free(context);
  return 0;
}
