// What a connection's outcome teaches.
#include "flow/flow.h"

namespace pgiam {

Advice Flow::after_connect(const Reply& reply, const ConnectionOutcome& told) {
  const bool connected = told.outcome == Outcome::kConnected;
  if (reply.password() == nullptr || !(connected || is_refusal(reply, told))) return Advice::kNone;
  // It may have been replaced while the client was on its way with the old one.
  if (const PasswordFile* file = reply.file())
    return connected || files_.is_current(*file) ? Advice::kNone : Advice::kRetryOnce;
  const AskCloud& ask = *reply.plan().as<AskCloud>();
  if (connected) {
    fetcher_->accepted(ask.source.key, ask.password_key);
    return Advice::kNone;
  }
  passwords_.drop(ask.password_key, *reply.password());
  const bool other_secret = fetcher_->refused(ask.source.key, reply.secret(), ask.password_key,
                                              world_.clock.uptime());
  world_.log.write(LogLevel::kInfo, "after",
                   ask.target.host + " refused " + reply.principal() + " of " +
                       reply.secret()->provider);
  // What this very call fetched is not fetched again for it: that may cost a person a prompt.
  const bool may_be_stale = reply.from_cache() || (other_secret && reply.secret_from_cache());
  return may_be_stale ? Advice::kRetryOnce : Advice::kNone;
}

}  // namespace pgiam
