// Errors and statuses.
#include "abi/guard.h"

namespace pgiam {

// One list of names; the numbers inside and outside must be the same.
#define PGIAM_STATUSES(X)                                                                          \
  X(OK, kOk)                                                                                       \
  X(NOT_APPLICABLE, kNotApplicable)                                                                \
  X(E_INTERNAL, kInternal)                                                                         \
  X(E_NO_MEMORY, kNoMemory)                                                                        \
  X(E_INVALID_ARGUMENT, kInvalidArgument) X(E_INVALID_STATE, kInvalidState)                        \
      X(E_UNSUPPORTED, kUnsupported) X(E_TARGET, kTarget) X(E_INSECURE, kInsecure)                 \
          X(E_NO_CREDENTIALS, kNoCredentials) X(E_LOGIN_REQUIRED, kLoginRequired)                  \
              X(E_LOGIN_DECLINED, kLoginDeclined) X(E_DENIED, kDenied) X(E_BAD_CONFIG, kBadConfig) \
                  X(E_NETWORK, kNetwork) X(E_TIMEOUT, kTimeout) X(E_CANCELLED, kCancelled)         \
                      X(E_THROTTLED, kThrottled) X(E_BAD_RESPONSE, kBadResponse)       \
                          X(E_WOULD_BLOCK, kWouldBlock) X(E_CONNECT, kConnect)

#define PGIAM_SAME(outside, inside) \
  static_assert(PGIAM_##outside == static_cast<pgiam_status>(Status::inside));
PGIAM_STATUSES(PGIAM_SAME)

pgiam_status fail(const Error& error, pgiam_error** out) noexcept {
  if (out != nullptr && *out == nullptr) {
    try {
      *out = new pgiam_error(error);
    } catch (...) {
      *out = nullptr;
    }
  }
  return number_of(error.status);
}

}  // namespace pgiam

pgiam_error::pgiam_error(const pgiam::Error& told)
    : status(pgiam::number_of(told.status)),
      error(told),
      explanation(pgiam::explanation_of(told)),
      causes(told.causes.begin(), told.causes.end()) {
  error.causes.clear();
}

pgiam_status pgiam_error_status(const pgiam_error* error) {
  return error == nullptr ? PGIAM_OK : error->status;
}

const char* pgiam_error_text(const pgiam_error* given, int32_t field) {
  if (given == nullptr) return "";
  const pgiam::Error& error = given->error;
  switch (field) {
    case PGIAM_ERROR_MESSAGE:
      return error.message.c_str();
    case PGIAM_ERROR_HINT:
      return error.hint.c_str();
    case PGIAM_ERROR_PROVIDER:
      return error.provider.c_str();
    case PGIAM_ERROR_REMOTE:
      return error.remote.c_str();
    case PGIAM_ERROR_CODE:
      return error.code.c_str();
    case PGIAM_ERROR_EVIDENCE:
      return error.evidence.c_str();
    case PGIAM_ERROR_SQLSTATE:
      return error.sqlstate.c_str();
    case PGIAM_ERROR_EXPLANATION:
      return given->explanation.c_str();
    default:
      return "";
  }
}

int64_t pgiam_error_number(const pgiam_error* given, int32_t field) {
  if (given == nullptr) return 0;
  switch (field) {
    case PGIAM_ERROR_RETRYABLE:
      return given->error.retryable ? 1 : 0;
    case PGIAM_ERROR_RETRY_AFTER_MS:
      return given->error.retry_after_ms;
    default:
      return 0;
  }
}

const char* pgiam_error_command(const pgiam_error* given, size_t index) {
  if (given == nullptr || index >= given->error.commands.size()) return nullptr;
  return given->error.commands[index].c_str();
}

const pgiam_error* pgiam_error_cause(const pgiam_error* error, size_t index) {
  return error != nullptr && index < error->causes.size() ? &error->causes[index] : nullptr;
}

void pgiam_error_free(pgiam_error* error) { delete error; }

const char* pgiam_status_name(pgiam_status status) {
  switch (status) {
#define PGIAM_NAME(outside, inside) \
  case PGIAM_##outside:             \
    return "PGIAM_" #outside;
    PGIAM_STATUSES(PGIAM_NAME)
    default:
      return "PGIAM_E_UNKNOWN";
  }
}

pgiam_status pgiam_answer_set(pgiam_answer* answer, const char* text, size_t length) {
  if (answer == nullptr || (text == nullptr && length > 0)) return PGIAM_E_INVALID_ARGUMENT;
  return pgiam::guard(nullptr, [&]() -> pgiam::Result<void> {
    answer->text = pgiam::Secret({text == nullptr ? "" : text, length});
    return {};
  });
}
