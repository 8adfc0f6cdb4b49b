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

}  // namespace pgiam
