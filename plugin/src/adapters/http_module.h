/* What the plugin and its HTTP module (lib/pgiam/libpgiam-http.so, which alone knows libcurl) say
 * to each other. C types only: each has a C++ runtime of its own. Not a public interface: both
 * come from one build. No exception may pass in either direction. */
#ifndef PGIAM_HTTP_MODULE_H
#define PGIAM_HTTP_MODULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How an exchange ended. */
#define PGIAM_HTTP_OK 0             /* answered, whatever the status */
#define PGIAM_HTTP_CANCELLED 1
#define PGIAM_HTTP_STOPPED 2        /* a callback ended it */
#define PGIAM_HTTP_RESOLVE 3        /* the host has no address */
#define PGIAM_HTTP_PROXY 4          /* the proxy has no address, is not one, or refuses: status */
#define PGIAM_HTTP_CONNECT 5        /* no connection */
#define PGIAM_HTTP_CONNECT_TIMEOUT 6
#define PGIAM_HTTP_ADDRESS 7        /* the host's address was not approved */
#define PGIAM_HTTP_UNTRUSTED 8      /* the server's certificate is not to be trusted */
#define PGIAM_HTTP_TLS 9            /* TLS failed otherwise */
#define PGIAM_HTTP_TIMEOUT 10       /* connected, but no whole answer in time */
#define PGIAM_HTTP_BROKEN 11        /* the connection ended before the answer did */
#define PGIAM_HTTP_MALFORMED 12     /* what came was not HTTP */
#define PGIAM_HTTP_INTERNAL 13
#define PGIAM_HTTP_NO_MEMORY 14
#define PGIAM_HTTP_TOO_LONG 15      /* more than max_bytes came, or a line that libcurl takes for endless */

typedef struct pgiam_http_trust pgiam_http_trust;   /* parsed CA certificates; any thread */
typedef struct pgiam_http_handle pgiam_http_handle; /* keeps its connections; one thread at a time */

typedef struct pgiam_http_exchange {
  const char *method;
  const char *url;
  const char *const *headers; /* "Name: value", or "Name:" to send none; ends with NULL */
  const char *body;
  size_t body_size;
  long connect_timeout_ms;
  long timeout_ms;
  size_t max_bytes; /* that may come over the connection, whatever they are */
  int32_t use_proxy;
  pgiam_http_trust *trust; /* needed for https */
  /* Called on the sending thread. Non-zero from on_header or on_body ends the exchange. */
  void *user_data;
  int32_t (*address_allowed)(void *user_data, const char *numeric_address); /* NULL: any is */
  int32_t (*cancelled)(void *user_data);
  int32_t (*on_header)(void *user_data, const char *line, size_t size);
  int32_t (*on_body)(void *user_data, const char *bytes, size_t size);

  /* The result. */
  int32_t outcome;
  int32_t status;
  char detail[256]; /* what failed, in libcurl's words; "" where it would add nothing; which proxy */
} pgiam_http_exchange;

typedef struct pgiam_http_module {
  uint32_t exchange_size; /* sizeof(pgiam_http_exchange): tells modules of another build */
  /* The certificates of a PEM file and what stands in it; without a file (NULL) the system's. NULL
   * when there is none to be had; *outcome then tells whether for want of memory. */
  pgiam_http_trust *(*trust_new)(const char *pem_file, const char *pem, size_t size,
                                 int32_t *outcome);
  void (*trust_free)(pgiam_http_trust *trust);
  pgiam_http_handle *(*handle_new)(void); /* NULL: out of memory */
  void (*handle_free)(pgiam_http_handle *handle);
  void (*handle_send)(pgiam_http_handle *handle, pgiam_http_exchange *exchange);
  /* Any thread: makes a running send ask cancelled() at once. */
  void (*handle_wake)(pgiam_http_handle *handle);
} pgiam_http_module;

/* The one symbol of the module. NULL when there is no libcurl, or it cannot be set up: `why` then says
 * so. May be called again, by one thread at a time. */
#define PGIAM_HTTP_MODULE_SYMBOL "pgiam_http_module_get"
typedef const pgiam_http_module *(*pgiam_http_module_get_fn)(char *why, size_t size);

#ifdef __cplusplus
}
#endif
#endif /* PGIAM_HTTP_MODULE_H */
