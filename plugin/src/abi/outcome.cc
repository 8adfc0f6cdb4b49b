#include "abi/outcome.h"

#include "abi/guard.h"

namespace pgiam {

bool is_outcome(int32_t outcome) {
  return outcome >= PGIAM_OUTCOME_CONNECTED && outcome <= PGIAM_OUTCOME_OTHER;
}

Result<ConnectionOutcome> read_outcome(const pgiam_outcome* given) {
  constexpr std::uint32_t kSent = PGIAM_OUTCOME_PASSWORD_SENT;
  constexpr std::uint32_t kNotSent = PGIAM_OUTCOME_PASSWORD_NOT_SENT;
  Given<pgiam_outcome> raw;
  if (auto is_read = raw.read(given, "outcome"); !is_read) return is_read.error();
  if ((raw->flags & ~(kSent | kNotSent | PGIAM_OUTCOME_NO_PAUSE)) != 0)
    return make_error(Status::kUnsupported, "outcome has flags that this version does not know");
  if (!is_outcome(raw->outcome))
    return invalid_argument("outcome.outcome is none of PGIAM_OUTCOME_");
  ConnectionOutcome outcome(static_cast<Outcome>(raw->outcome));
  if ((raw->flags & (kSent | kNotSent)) != 0) outcome.password_was_sent = (raw->flags & kSent) != 0;
  outcome.sqlstate = view(raw->sqlstate);
  outcome.message = view(raw->message);
  return outcome;
}

}  // namespace pgiam
