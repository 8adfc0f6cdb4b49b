// pgiam_outcome, read and checked.
#pragma once

#include "base/result.h"
#include "flow/refusal_words.h"
#include "pgiam.h"

namespace pgiam {

// Borrowed from the caller.
Result<ConnectionOutcome> read_outcome(const pgiam_outcome* given);
bool is_outcome(int32_t outcome);

}  // namespace pgiam
