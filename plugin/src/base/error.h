// What went wrong, what may be wrong, and what to be warned of, in the form in which it reaches a
// person: a sentence, what to do, and the reasons under it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgiam {

// The numbers are those of pgiam.h (asserted in abi/status.cc).
enum class Status : std::int32_t {
  kOk = 0,
  kNotApplicable = 1,
  kInternal = 2,
  kNoMemory = 3,
  kInvalidArgument = 100,
  kInvalidState = 101,
  kUnsupported = 102,
  kTarget = 103,
  kInsecure = 104,
  kNoCredentials = 200,
  kLoginRequired = 201,
  kLoginDeclined = 202,
  kDenied = 203,
  kBadConfig = 204,
  kNetwork = 300,
  kTimeout = 301,
  kCancelled = 302,
  kThrottled = 303,
  kBadResponse = 304,
  kWouldBlock = 305,
  kConnect = 306,
};

struct Error {
  // In error.cc: every function that may fail moves and destroys errors.
  Error() noexcept;
  Error(const Error& other);
  Error(Error&& other) noexcept;
  Error& operator=(const Error& other);
  Error& operator=(Error&& other) noexcept;
  ~Error();

  Status status = Status::kInternal;
  std::string code;      // "no_rds_iam": for programs, so it stays; "" where the status says it all
  std::string message;   // one sentence, never a secret
  std::string evidence;  // what the code rests on, "" where there is nothing to show
  std::string hint;      // what to do next, a sentence
  // What to type, or to do where there is nothing to type; best first.
  std::vector<std::string> commands;
  std::string provider;  // "aws.sso", where one is to blame
  std::string remote;    // the remote side's code and request id
  std::string sqlstate;  // of a refusal by a server
  bool retryable = false;
  std::int64_t retry_after_ms = 0;  // the pause that helps; 0: none is known to
  std::vector<Error> causes;        // what was tried, in order; or what may be behind it, likeliest first
};

// Text by view: most of it is literal, and a hundred places need no strings of their own for it.
Error make_error(Status status, std::string_view message, std::string_view hint = {});
// Takes no memory itself.
Error out_of_memory() noexcept;
// By the caller, or as a library is closed. Takes no memory either.
Error cancelled() noexcept;
// The same with commands, and a hint that names them: "run: aws login (or: pgiam login)".
Error with_commands(Error error, std::vector<std::string> commands,
                    std::string_view lead = "run: ");
// What is known by a code of its own: a warning, or a cause under an error. It stops nothing by
// itself, so its status is kOk.
Error make_finding(std::string_view code, std::string_view message,
                   std::vector<std::string> commands = {}, std::string_view evidence = {});

// All of it for a person: message, causes and hint, a line each with its end.
std::string explanation_of(const Error& error);

}  // namespace pgiam
