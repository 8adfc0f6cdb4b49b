// The lines that `pgiam bridge` reads and writes.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "pgiam.hpp"
#include "secret_text.h"

namespace pgiam::cli {

// Lines of a file descriptor, wiped when they go.
class SecretLines {
 public:
  explicit SecretLines(int descriptor) : descriptor_(descriptor) {}
  // Without its end; nothing at the end of the file. Throws where a line is absurdly long.
  std::optional<host::SecretText> next();

 private:
  int descriptor_;
  host::SecretText pending_;
};

// In memory that is wiped when it goes. Throws a UsageError where the line is no JSON object.
boost::json::object read_object(std::string_view line);

// "" where it is absent or null. Throws a UsageError where it is something else; so do all below.
std::string text_of(const boost::json::object& object, std::string_view key);
std::optional<std::int64_t> number_of(const boost::json::object& object, std::string_view key);

// What the member "request" says, with the names of pgiam_request: keywords and options (objects of
// texts), password, can_apply, credentials_identity, timeout_ms, flags.
class GivenRequest {
 public:
  explicit GivenRequest(const boost::json::object& asked);
  const Request& request() const { return request_; }
  // Of credentials that the caller supplies; "": it has none.
  const std::string& identity() const { return identity_; }

 private:
  std::string identity_;
  host::SecretText password_;
  Request request_;
};

// An outcome, whose texts this keeps.
class GivenOutcome {
 public:
  explicit GivenOutcome(const boost::json::object& asked);
  const pgiam_outcome& outcome() const { return outcome_; }

 private:
  std::string sqlstate_, message_;
  pgiam_outcome outcome_ = PGIAM_OUTCOME_INIT;
};

// The caller's answer to a question for credentials: values, an object of texts, or declined, a reason.
void finish(pgiam_question* question, const boost::json::object& answer);

boost::json::object describe(const Error& error);
// The token, and what `pgiam token --json` tells of it.
boost::json::object describe(const pgiam_reply* reply);
// The same, all that is to be set, and the warnings.
boost::json::object describe_whole(const pgiam_reply* reply);

}  // namespace pgiam::cli
