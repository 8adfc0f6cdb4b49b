// pgiam_request, read and checked.
#pragma once

#include <string_view>
#include <vector>

#include "abi/host_questions.h"
#include "base/result.h"
#include "flow/request.h"
#include "pgiam.h"

namespace pgiam {

// Borrowed from the caller, as all of a Request is.
struct HostRequest {
  Request request;
  std::string_view host, hostaddr, port;  // as libpq's lists
  std::vector<std::string_view> host_passwords;  // one for each, or none at all
  bool has_keywords = false;  // else `host` is one, whatever it looks like
  bool no_wait = false;
  bool walks_list = false;
  bool may_be_late = false;
  HostFunctions functions;
};

// For one host, which is in the Request. `read` is empty before.
Result<void> read_request(const pgiam_context& context, const pgiam_request* given,
                          HostRequest& read);
// For an attempt: the Request has no host yet.
Result<void> read_request_for_list(const pgiam_context& context, const pgiam_request* given,
                                   HostRequest& read);

}  // namespace pgiam
