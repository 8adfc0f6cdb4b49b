// The limits under which one call from a host is served.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/time.h"

namespace pgiam {

class Awaited;   // base/awaited.h
class HostLink;  // ports/host_link.h

struct Call {
  Time now{};               // wall clock when the call began
  Milliseconds deadline{};  // on Clock::uptime()
  std::stop_token stop;     // requested when the host cancels
  bool may_prompt = false;
  bool offline = false;  // explain: what needs the network says so and is passed over
  bool has_person = false;  // may_prompt will be set once a source has said that it needs it
  // KeptSecret::owner_id() of the secret that is to be replaced, "" if there is none: a cache of a
  // source's own must not give it again.
  std::string replaces;
  HostLink* host = nullptr;  // who can be asked while the call goes on; null: nobody
  // Where the caller holds no thread while it waits: who would wait for the host's answer, or for
  // somebody else's load, fails and leaves here what for. Once that is there, it is begun anew.
  std::shared_ptr<Awaited>* waits_for = nullptr;
};

}  // namespace pgiam
