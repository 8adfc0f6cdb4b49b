// What a connection's outcome teaches.
#include "flow/flow.h"

namespace pgiam {

Advice Flow::after_connect(const Reply& reply, Outcome outcome) {
  if (outcome != Outcome::kAuthFailed || reply.params.empty()) return Advice::kNone;
  tokens_.drop(reply.token_key, reply.params.front().value.reveal());
  credentials_->distrust(reply.source_key, reply.credentials, world_.clock.uptime());
  world_.log.write(LogLevel::kInfo, "after",
                   reply.signing_host + " refused " + reply.principal + " of " + reply.provider);
  return reply.from_cache ? Advice::kRetryOnce : Advice::kNone;
}

}  // namespace pgiam
