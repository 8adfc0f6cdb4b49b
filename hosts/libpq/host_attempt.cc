#include "host_attempt.h"

namespace pgiam::libpq {

void HostAttempt::take(Reply reply) {
  token.emplace(std::move(reply));
  token_text = token->param("password");
  token_expires_at_ms = token->number(PGIAM_REPLY_TOKEN_EXPIRES_AT);
}

}  // namespace pgiam::libpq
