// What an AWS service says when it refuses: one look for its XML and its JSON protocols.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "ports/http.h"

namespace pgiam::aws {

struct ServiceError {
  std::string code;     // "AccessDenied", without namespace; "" where none is given
  std::string message;  // the service's own sentence
  std::string request_id;
};

ServiceError parse_service_error(const HttpResponse& response);

// How long AWS asks to wait before the request is sent again, if it does.
std::optional<Milliseconds> asked_pause(const HttpResponse& response);

// In our words: `what` was tried ("STS did not let us assume role X"). The status tells throttling,
// refusal and failure on the other side apart; code, HTTP status and request id are in `remote`, and
// the pause that was asked for, or helps, in `retry_after_ms`.
Error describe_refusal(const HttpResponse& response, const std::string& what);

}  // namespace pgiam::aws
