// What the opaque handles of pgiam.h are.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abi/host_callbacks.h"
#include "abi/host_questions.h"
#include "base/conninfo.h"
#include "base/error.h"
#include "base/state_lock.h"
#include "flow/attempt/keywords.h"
#include "flow/reply.h"
#include "flow/wiring.h"
#include "pgiam.h"

struct pgiam_error {
  pgiam_status status;
  pgiam::Error error;  // without its causes
  std::string explanation;
  std::vector<pgiam_error> causes;

  explicit pgiam_error(const pgiam::Error& told);
};

struct pgiam_reply {
  pgiam::Reply reply;
  std::vector<pgiam_error> warnings;
  mutable pgiam::Secret texts;  // for pgiam_reply_facts, once it was asked for
};

struct pgiam_conninfo {
  std::vector<pgiam::ConninfoEntry> entries;
};

struct pgiam_answer {
  pgiam::Secret text;
};

namespace pgiam {

// What pgiam_context_free has to stop and wait for. Calls that fork() left behind in the parent do
// not count: they never end here.
class ActiveCalls {
 public:
  struct Ticket {
    std::uint64_t fork;    // that the call belongs to
    std::stop_token stop;  // requested when the context goes
  };
  Ticket begin();
  void end(const Ticket& ticket);
  void stop_all();

 private:
  void leave_those_of_the_parent();  // with the state lock held

  std::condition_variable none_;
  std::stop_source stop_;
  std::uint64_t fork_ = fork_count();
  int active_ = 0;
};

}  // namespace pgiam

struct pgiam_context {
  pgiam_context(const pgiam_config& config, pgiam::WiringConfig wiring)
      : log(*this, config),
        prompt(*this, config),
        questions{nullptr, nullptr, "", config.ask, config.ask_user_data},
        wired(std::move(wiring), log, prompt) {}

  pgiam::HostLog log;
  pgiam::HostPrompt prompt;
  const pgiam::HostFunctions questions;  // of all its calls
  pgiam::WiredFlow wired;
  pgiam::ActiveCalls calls;
};

namespace pgiam {

// An answer as the host gets it.
std::unique_ptr<pgiam_reply> make_reply(Reply reply);

}  // namespace pgiam
