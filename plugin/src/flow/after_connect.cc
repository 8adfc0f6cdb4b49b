// What a connection's outcome teaches.
#include "flow/flow.h"

namespace pgiam {

Advice Flow::after_connect(const Reply& reply, Outcome outcome) {
  if (outcome != Outcome::kAuthFailed || reply.token() == nullptr) return Advice::kNone;
  // It may have been replaced while the client was on its way with the old one.
  if (const PasswordFile* file = reply.file())
    return files_.is_current(*file) ? Advice::kNone : Advice::kRetryOnce;
  tokens_.drop(reply.plan().token_key, *reply.token());
  credentials_->distrust(reply.plan().source.key, reply.credentials(), world_.clock.uptime());
  world_.log.write(LogLevel::kInfo, "after",
                   reply.plan().target.host + " refused " + reply.principal() + " of " +
                       reply.credentials()->provider);
  return reply.from_cache() ? Advice::kRetryOnce : Advice::kNone;
}

}  // namespace pgiam
