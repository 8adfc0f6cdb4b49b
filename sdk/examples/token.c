/* One token on stdout: token HOST USER. The whole of a C host: ask, apply, tell how it went.
 * cc token.c $(pkg-config --cflags --libs pgiam) */
#include <pgiam.h>
#include <stdio.h>

static int explain(pgiam_status status, pgiam_error *error) {
  const pgiam_error *cause;
  size_t i;
  fprintf(stderr, "token: %s (%s)\n", pgiam_error_text(error, PGIAM_ERROR_MESSAGE),
          pgiam_status_name(status));
  for (i = 0; (cause = pgiam_error_cause(error, i)) != NULL; i++) {
    fprintf(stderr, "  %s: %s\n", pgiam_error_text(cause, PGIAM_ERROR_PROVIDER),
            pgiam_error_text(cause, PGIAM_ERROR_MESSAGE));
  }
  fprintf(stderr, "  %s\n", pgiam_error_text(error, PGIAM_ERROR_HINT));
  pgiam_error_free(error);
  return 1;
}

static void apply(const pgiam_reply *reply) {
  size_t i;
  for (i = 0; i < pgiam_reply_param_count(reply); i++) {
    pgiam_param param = {sizeof param, 0, NULL, NULL};
    if (pgiam_reply_param(reply, i, &param) != PGIAM_OK) continue;
    /* A real host hands every parameter to its client: PQconnectdbParams, a property, a DSN. */
    if (param.flags & PGIAM_PARAM_SECRET) printf("%s\n", param.value);
  }
}

int main(int argc, char **argv) {
  pgiam_config config = PGIAM_CONFIG_INIT;
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_context *context = NULL;
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  pgiam_status status;

  if (argc != 3) {
    fprintf(stderr, "usage: token HOST USER\n");
    return 2;
  }
  config.host_name = "token-example";
  status = pgiam_context_new(&config, &context, &error);
  if (status != PGIAM_OK) return explain(status, error);

  request.host = argv[1];
  request.user = argv[2];
  status = pgiam_before_connect(context, &request, &reply, &error);
  if (status == PGIAM_OK) {
    apply(reply);
    /* After the attempt: what came of it. Here there was none, so nothing is known. */
    pgiam_after_connect(context, reply, PGIAM_OUTCOME_OTHER, NULL, NULL);
  } else if (status == PGIAM_NOT_APPLICABLE) {
    fprintf(stderr, "token: %s is no endpoint that takes IAM tokens\n", argv[1]);
    pgiam_error_free(error);
  } else {
    explain(status, error);
  }
  pgiam_reply_free(reply);
  pgiam_context_free(context);
  return status == PGIAM_OK ? 0 : 1;
}
