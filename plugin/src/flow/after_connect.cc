// What a connection's outcome teaches.
#include "flow/flow.h"

namespace pgiam {

Advice Flow::after_connect(const Reply& reply, Outcome outcome) {
  if (outcome != Outcome::kAuthFailed || reply.password() == nullptr) return Advice::kNone;
  // It may have been replaced while the client was on its way with the old one.
  if (const PasswordFile* file = reply.file())
    return files_.is_current(*file) ? Advice::kNone : Advice::kRetryOnce;
  passwords_.drop(reply.plan().password_key, *reply.password());
  credentials_->distrust(reply.plan().source.key, reply.secret(), world_.clock.uptime());
  world_.log.write(LogLevel::kInfo, "after",
                   reply.plan().target.host + " refused " + reply.principal() + " of " +
                       reply.secret()->provider);
  return reply.from_cache() ? Advice::kRetryOnce : Advice::kNone;
}

}  // namespace pgiam
