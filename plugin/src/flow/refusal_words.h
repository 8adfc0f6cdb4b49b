// Is a failed connection the refusal of a password, and if not, what else do we know of it? The one
// place that says: by the SQLSTATE where there is one, else by words, in any language.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgiam {

enum class Outcome { kConnected = 1, kAuthFailed = 2, kOther = 3 };

// How a connection went, as the client tells it. Borrowed text.
struct ConnectionOutcome {
  ConnectionOutcome() = default;
  ConnectionOutcome(Outcome alone) : outcome(alone) {}

  Outcome outcome = Outcome::kOther;     // kOther also where the client cannot tell
  std::optional<bool> password_was_sent;  // nothing: not known
  std::string_view sqlstate;              // "" where it is not known
  std::string_view message;               // the server's words or the client's own, whole
};

// Names that may stand in a message, and may be or hold any word.
struct NamesInMessage {
  std::string_view host, user;
};

// A failure that has a code of its own.
struct KnownFailure {
  const char* code;      // "no_database"; for programs, so it stays
  const char* sqlstate;  // "" where it is no error of the server's
  const char* words[2];  // that the English message holds, all of them; nullptr: no more
  const char* sentence;  // for people
  const char* command;   // what to type or do; {role} and {database} stand for SQL's names of them
  int passes_in_ms = 0;  // by itself, at the earliest; 0: it does not
};

struct Failure {
  enum class Kind { kPasswordRefused, kNoTls, kOther };
  Kind kind = Kind::kOther;
  std::string sqlstate;  // as given, or what the words amount to; "" where nothing tells it
  bool pam_refused = false;
  const KnownFailure* known = nullptr;  // of kOther, where it is known
};

// As libpq has it: a host that cannot be reached, or is starting up or shutting down, is passed over;
// what a server says otherwise is the end.
bool may_be_host_alone(std::string_view sqlstate);

Failure classify(const ConnectionOutcome& outcome, const NamesInMessage& names);

}  // namespace pgiam
