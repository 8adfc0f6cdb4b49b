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
  bool use_proxy = true;        // false for link-local and loopback services
  std::string ca_bundle;        // PEM file; empty: the system's
  // Numeric address to connect to instead of looking the URL's host up again ("169.254.170.2"):
  // what was checked is then what is used.
  std::string pinned_address;
  std::size_t body_limit = 1 << 20;  // a longer answer is kBadResponse
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
  // Any status is an answer. No answer: kNetwork, kTimeout, kCancelled, kBadResponse. Redirects
  // are not followed. Any thread; connections are kept and used again.
  virtual Result<HttpResponse> send(const HttpRequest& request, const Call& call) = 0;
};

}  // namespace pgiam
