// The system's libcurl, found at run time: whichever build of libcurl 4 is there, of 7.61 or later.
#pragma once

#include <curl/curl.h>

#include <string>

#define PGIAM_LIBCURL_FUNCTIONS(X)                                                            \
  X(easy_init) X(easy_cleanup) X(easy_reset) X(easy_setopt) X(easy_getinfo) X(easy_strerror)  \
  X(multi_init) X(multi_cleanup) X(multi_add_handle) X(multi_remove_handle) X(multi_perform)  \
  X(multi_info_read) X(multi_wait) X(global_init) X(version_info)
// Of 7.66 and 7.68; null in older ones.
#define PGIAM_LIBCURL_NEWER_FUNCTIONS(X) X(multi_poll) X(multi_wakeup)

struct Libcurl {
#define PGIAM_DECLARE(name) decltype(&::curl_##name) name = nullptr;
  PGIAM_LIBCURL_FUNCTIONS(PGIAM_DECLARE)
  PGIAM_LIBCURL_NEWER_FUNCTIONS(PGIAM_DECLARE)
#undef PGIAM_DECLARE
};

// What everything here calls, once it is loaded.
extern Libcurl libcurl;

// "", or why there is none. By one thread at a time.
std::string load_libcurl();
