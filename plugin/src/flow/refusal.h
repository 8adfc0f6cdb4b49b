// A failed connection, explained: what was refused, what may be behind it, what to type.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "flow/refusal_words.h"
#include "flow/reply.h"

namespace pgiam {

// Whether the server refused the password of the reply.
bool is_refusal(const Reply& reply, const ConnectionOutcome& outcome);

// kDenied: the password was refused; the causes are the cloud's, the likeliest first. kInsecure:
// there is no TLS to be had. kNotApplicable: the failure has nothing to do with the reply; where it
// is known all the same, there are a code and commands.
Error explain_refusal(const Reply& reply, const ConnectionOutcome& outcome, Time now);
// The same where the user's own password was sent to an endpoint.
Error explain_refusal_of_given(const ConnectionOutcome& outcome, const NamesInMessage& names);

}  // namespace pgiam
