// The limits under which one call from a host is served.
#pragma once

#include <stop_token>
#include <string>

#include "base/time.h"

namespace pgiam {

struct Call {
  Time now{};               // wall clock when the call began
  Milliseconds deadline{};  // on Clock::uptime()
  std::stop_token stop;     // requested when the host cancels
  bool may_prompt = false;
  bool offline = false;  // explain: what needs the network says so and is passed over
  // The access key id of the credentials that are to be replaced, "" if there are none: a cache of
  // a source's own must not give them again.
  std::string replaces;
};

}  // namespace pgiam
