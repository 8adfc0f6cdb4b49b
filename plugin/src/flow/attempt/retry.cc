#include "flow/attempt/retry.h"

namespace pgiam {

// A new password is sent at once: what made it necessary does not pass by waiting. The same one will
// do where the service that checks it had no time for it; all who hear that at once are not to come
// back at once. What a client would be told without us, that the server is starting or has no room,
// is the client's to try again: the error tells it after what pause.
std::optional<Milliseconds> pause_before_retry(const Error& failure, bool was_refused,
                                               Advice advice,
                                               const ConnectionAttempt::Host& sent, Time now,
                                               double chance) {
  if (advice == Advice::kRetryOnce) return Milliseconds{0};
  // A client that cannot ask on its way may come to a host with what it had before a reset, or when
  // its token has died.
  const Time end = sent.password.expires_at;
  const bool is_dead = end != Time{} && end <= now;
  if (was_refused && (is_dead || !sent.is_fresh)) return Milliseconds{0};
  if (failure.code != "throttled") return std::nullopt;
  const auto pause = static_cast<double>(failure.retry_after_ms);
  return Milliseconds{static_cast<Milliseconds::rep>(pause * (1 + chance))};
}

}  // namespace pgiam
