/* A program with rights that its caller lacks, once privileged.sh has made it one: privileged_client
 * LIBRARY. Prints the status of a request and what its error says. */
#define _POSIX_C_SOURCE 200112L
#include <dlfcn.h>
#include <pgiam.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  pgiam_context* context = NULL;
  pgiam_reply* reply = NULL;
  pgiam_error* error = NULL;
  pgiam_get_api_fn get_api = NULL;
  const pgiam_api* api;
  pgiam_status status;
  void* library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  void* symbol = library != NULL ? dlsym(library, PGIAM_GET_API_SYMBOL) : NULL;
  memcpy(&get_api, &symbol, sizeof get_api); /* ISO C has no cast for this */
  if (get_api == NULL || (api = get_api(PGIAM_ABI_MAJOR)) == NULL) return 1;
  request.host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
  request.user = "app";
  if (api->context_new(NULL, &context, NULL) != PGIAM_OK) return 1;
  status = api->before_connect(context, &request, &reply, &error);
  printf("%d %s\n", (int)status, error ? api->error_text(error, PGIAM_ERROR_MESSAGE) : "");
  return 0;
}
