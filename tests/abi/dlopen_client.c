/* A program that was not linked with the library: dlopen_client LIBRARY. Uses it by its table, and
 * after dlclose as well, since the library stays. */
#define _POSIX_C_SOURCE 200112L
#include <dlfcn.h>
#include <pgiam.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const pgiam_api* api_of(void* library) {
  pgiam_get_api_fn get_api = NULL;
  void* symbol = dlsym(library, PGIAM_GET_API_SYMBOL);
  memcpy(&get_api, &symbol, sizeof get_api); /* ISO C has no cast for this */
  return get_api ? get_api(PGIAM_ABI_MAJOR) : NULL;
}

static int gets_token(const pgiam_api* api, pgiam_context* context) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_param param = {sizeof param, 0, NULL, NULL};
  pgiam_reply* reply = NULL;
  int found;
  request.host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
  request.user = "peccy";
  if (api->before_connect(context, &request, &reply, NULL) != PGIAM_OK) return 0;
  found = api->reply_param(reply, 0, &param) == PGIAM_OK && strcmp(param.key, "password") == 0 &&
          strstr(param.value, "X-Amz-Signature=") != NULL;
  api->reply_free(reply);
  return found;
}

static int fail(const char* what) {
  fprintf(stderr, "dlopen_client: %s\n", what);
  return 1;
}

int main(int argc, char** argv) {
  const pgiam_api* api;
  pgiam_context* context = NULL;
  void* library;
  setenv("HOME", "/nonexistent", 1);
  setenv("AWS_ACCESS_KEY_ID", "akid", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  if (argc != 2) return fail("usage: dlopen_client LIBRARY");

  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return fail(dlerror());
  api = api_of(library);
  if (api == NULL) return fail("no table of this ABI");
  if (!PGIAM_API_HAS(api, option_at)) return fail("the table ends too early");
  if (api->context_new(NULL, &context, NULL) != PGIAM_OK) return fail("no context");
  if (!gets_token(api, context)) return fail("no token");

  dlclose(library);
  if (!gets_token(api, context)) return fail("no token after dlclose");
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (api_of(library) != api) return fail("another table after the second dlopen");
  api->context_free(context);
  dlclose(library);
  return 0;
}
