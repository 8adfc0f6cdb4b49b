// Turns a failed attempt into what a person can act on: what was signed, and the likely causes in
// order. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pgiam::libpq {

// The attempt that failed, without secrets. Times are Unix milliseconds, 0: unknown.
struct AttemptFacts {
  std::string host, port, user;
  std::string target;  // "aws.rds"
  std::string region, signing_host, signing_port;
  std::string principal;  // masked
  std::string provider;
  std::int64_t token_expires_at_ms = 0;
  std::int64_t credentials_expire_at_ms = 0;
  std::int64_t now_ms = 0;
  bool password_was_asked = true;  // the server got as far as that
};

// SQLSTATE of an error in which the server refused the password; nullptr for any other error. libpq
// has no function for it while a connection is being made. This goes by the English text, and where
// the server speaks another language by what such messages have in common.
const char* sqlstate_of_refusal(const std::string& message, const AttemptFacts& facts);

struct Cause {
  const char* code;    // "no_rds_iam"; for programs, so it stays
  std::string text;    // for people
  std::string remedy;  // what to type or to set
};

// Of a refusal, in the order of likelihood, given what is known.
std::vector<Cause> likely_causes(const std::string& message, const AttemptFacts& facts);

// libpq's message, followed by ours where we know more.
std::string explain_failure(const std::string& message, const AttemptFacts& facts);

}  // namespace pgiam::libpq
