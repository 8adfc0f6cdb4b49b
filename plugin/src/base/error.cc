#include "base/error.h"

namespace pgiam {

Error::Error() noexcept = default;
Error::Error(const Error& other) = default;
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(const Error& other) = default;
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

Error make_error(Status status, std::string_view message, std::string_view hint) {
  Error error;
  error.status = status;
  error.message = message;
  error.hint = hint;
  return error;
}

namespace {

// The word has to be short enough to be kept inside of the string.
Error in_a_word(Status status, const char* word) noexcept {
  Error error;
  error.status = status;
  error.message = word;
  return error;
}

}  // namespace

Error out_of_memory() noexcept { return in_a_word(Status::kNoMemory, "out of memory"); }

Error cancelled() noexcept { return in_a_word(Status::kCancelled, "cancelled"); }

Error with_commands(Error error, std::vector<std::string> commands, std::string_view lead) {
  error.hint = lead;
  for (std::size_t i = 0; i < commands.size(); ++i)
    error.hint += i == 0 ? commands[i] : " (or: " + commands[i] + ")";
  error.commands = std::move(commands);
  return error;
}

Error make_finding(std::string_view code, std::string_view message,
                   std::vector<std::string> commands, std::string_view evidence) {
  Error finding;
  finding.status = Status::kOk;
  finding.code = code;
  finding.message = message;
  finding.commands = std::move(commands);
  finding.evidence = evidence;
  return finding;
}

std::string explanation_of(const Error& error) {
  // Findings about one refusal, or else sources that were tried.
  const bool guesses = !error.causes.empty() && error.causes.front().status == Status::kOk;
  std::string text = error.message + (guesses ? ".\n" : "\n");
  if (!error.remote.empty()) text += "  the answer was: " + error.remote + "\n";
  if (guesses) text += "  Likely causes, the likeliest first:\n";
  for (const Error& cause : error.causes) {
    text += guesses ? "  - " : "  ";
    if (!cause.provider.empty()) text += cause.provider + ": ";
    text += cause.message + "\n";
  }
  if (!error.hint.empty()) text += "  " + error.hint + "\n";
  return text;
}

}  // namespace pgiam
