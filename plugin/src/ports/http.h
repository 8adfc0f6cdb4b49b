// HTTP, as far as credential sources need it: one request, one answer, held in memory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/call.h"
#include "base/result.h"
#include "base/time.h"

namespace pgiam {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https, absolute
  std::vector<HttpHeader> headers;
  std::string body;
  Milliseconds connect_timeout{3000};
  Milliseconds timeout{10000};  // for the whole exchange; the call's deadline holds as well
  // As the variables say (curl.se/libcurl/c/libcurl-env.html), but never for a loopback or
  // link-local address. False: never at all.
  bool use_proxy = true;
  std::string ca_bundle;  // PEM file; empty: the system's
  // Where it is given, no connection is made but to an address that it approves ("169.254.170.2"):
  // the address that was checked is then the one that is used.
  bool (*address_allowed)(std::string_view numeric_address) = nullptr;
  // Of the whole answer, header and trailers included; a longer one is kBadResponse.
  std::size_t answer_limit = 1 << 20;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  bool verified = false;  // came over TLS from a verified server

  // The first header of that name in any case, or "".
  std::string_view header(std::string_view name) const;
};

class Http {
 public:
  virtual ~Http() = default;
  // Any status is an answer. No answer: kNetwork (no connection, also none in time, or one that
  // broke), kTimeout (connected, but not answered in time), kCancelled, kBadResponse. Such an error
  // is `retryable` where another try may do better. It never quotes the URL's path or query, nor a
  // header. Redirects are not followed. Any thread; connections are kept and used again.
  virtual Result<HttpResponse> send(const HttpRequest& request, const Call& call) = 0;
};

}  // namespace pgiam
