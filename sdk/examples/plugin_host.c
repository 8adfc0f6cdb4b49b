/* As token.c, for programs that must start even where pgiam is not installed: the loader finds the
 * plugin at run time. plugin_host HOST USER
 * cc plugin_host.c pgiam_loader.c -ldl, with pgiam_loader.c from PREFIX/share/pgiam */
#include <pgiam_loader.h>
#include <stdio.h>

static int connect_with_token(const pgiam_api *api, pgiam_context *context, const char *host,
                              const char *user) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_param param = {sizeof param, 0, NULL, NULL};
  pgiam_reply *reply = NULL;
  pgiam_error *error = NULL;
  pgiam_status status;
  size_t i;

  request.host = host;
  request.user = user;
  status = api->before_connect(context, &request, &reply, &error);
  if (status > PGIAM_NOT_APPLICABLE) {
    fprintf(stderr, "plugin_host: %s\n", api->error_text(error, PGIAM_ERROR_MESSAGE));
  }
  /* Not applicable: no parameters, connect as ever. */
  for (i = 0; api->reply_param(reply, i, &param) == PGIAM_OK; i++) {
    if (param.flags & PGIAM_PARAM_SECRET) printf("%s\n", param.value);
  }
  api->reply_free(reply);
  api->error_free(error);
  return status > PGIAM_NOT_APPLICABLE;
}

int main(int argc, char **argv) {
  char reason[1024];
  pgiam_context *context = NULL;
  const pgiam_api *api;
  int failed;

  if (argc != 3) {
    fprintf(stderr, "usage: plugin_host HOST USER\n");
    return 2;
  }
  api = pgiam_load(NULL, reason, sizeof reason);
  if (api == NULL) {
    fprintf(stderr, "plugin_host: going on without pgiam\n%s\n", reason);
    return 0;
  }
  if (api->context_new(NULL, &context, NULL) != PGIAM_OK) return 1;
  failed = connect_with_token(api, context, argv[1], argv[2]);
  api->context_free(context);
  return failed;
}
