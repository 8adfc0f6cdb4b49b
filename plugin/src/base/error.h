// What went wrong, what may be wrong, and what to be warned of, in the form in which it reaches a
// person: a sentence, what to do, and the reasons under it.
#pragma once

#include <cstdint>
#include <string>
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
  std::vector<std::string> commands;  // what to type, best first
  std::string provider;  // "aws.sso", where one is to blame
  std::string remote;    // the remote side's code and request id
  bool retryable = false;
  std::vector<Error> causes;  // what was tried, in order
};

Error make_error(Status status, std::string message, std::string hint = {});
// What is known by a code of its own: a warning, or a cause under an error. It stops nothing by
// itself, so its status is kOk.
Error make_finding(std::string code, std::string message, std::vector<std::string> commands = {},
                   std::string evidence = {});

}  // namespace pgiam
