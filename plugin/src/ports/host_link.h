// The host that a call came from, as far as it can be asked while the call goes on.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/call.h"
#include "base/result.h"
#include "base/secret.h"
#include "ports/prompt.h"

namespace pgiam {

// Keys are the cloud's words for the parts of a secret, those under which it hands them out.
using SuppliedValues = std::vector<std::pair<std::string, Secret>>;

class HostLink {
 public:
  virtual ~HostLink() = default;
  // The host's own name for those whose credentials it supplies, in place of all that would be
  // looked for; "" where it supplies none. Stays as it is.
  virtual std::string_view identity() const = 0;
  // Blocks until the host has answered, now or later, or the call is over; where Call::waits_for
  // forbids that, whoever began it anew gets the answer. `Call::replaces` is not to be given again.
  virtual Result<SuppliedValues> ask_credentials(const Call& call) = 0;
  // What a person is to be asked: as Prompt::ask, and for a first MFA code as ask_credentials.
  virtual Result<Secret> ask_person(const PromptRequest& request, const Call& call) = 0;
};

}  // namespace pgiam
