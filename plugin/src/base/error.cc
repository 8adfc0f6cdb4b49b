#include "base/error.h"

namespace pgiam {

Error::Error() noexcept = default;
Error::Error(const Error& other) = default;
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(const Error& other) = default;
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

Error make_error(Status status, std::string message, std::string hint) {
  Error error;
  error.status = status;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

Error make_finding(std::string code, std::string message, std::vector<std::string> commands,
                   std::string evidence) {
  Error finding;
  finding.status = Status::kOk;
  finding.code = std::move(code);
  finding.message = std::move(message);
  finding.commands = std::move(commands);
  finding.evidence = std::move(evidence);
  return finding;
}

}  // namespace pgiam
