// The limits under which one call from a host is served.
#pragma once

#include <stop_token>

#include "base/time.h"

namespace pgiam {

struct Call {
  Time now{};               // wall clock when the call began
  Milliseconds deadline{};  // on Clock::uptime()
  std::stop_token stop;     // requested when the host cancels
  bool may_prompt = false;
  bool offline = false;  // explain: what needs the network says so and is passed over
};

}  // namespace pgiam
