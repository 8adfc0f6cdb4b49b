#include "refusal.h"

#include <algorithm>

#include "../report.h"

namespace pgiam::cli::doctor {
namespace {

bool has_code(const Error& error, std::string_view code) {
  return error.text(PGIAM_ERROR_CODE) == code;
}

// What passes by itself, and what the library knows nothing of, is the server's state.
int exit_of(const Error& explained) {
  if (has_code(explained, "no_database")) return kExitUsage;
  return has_code(explained, "") || explained.retryable() ? kExitNetwork : kExitDenied;
}

// Errors other than that of a password.
Verdict verdict_on_error(const Error& explained) {
  const std::string code = explained.text(PGIAM_ERROR_CODE);
  return {code.empty() ? "server_error" : code,
          std::string("the server says: ") + explained.text(PGIAM_ERROR_EVIDENCE),
          explained.commands(), exit_of(explained)};
}

// In the light of what only an examination knows: a tunnel ends on this machine. Instances
// elsewhere may have any port.
std::vector<Error> causes_of(const Error& refusal, const Case& host) {
  std::vector<Error> causes = refusal.causes();
  if (!is_loopback(*host.address)) {
    std::stable_partition(causes.begin(), causes.end(),
                          [](const Error& cause) { return !has_code(cause, "wrong_port"); });
  }
  return causes;
}

Verdict verdict_on_token(const Error& refusal, const Case& host) {
  std::vector<Error> causes = causes_of(refusal, host);
  const Error& likeliest = causes.front();
  return {likeliest.text(PGIAM_ERROR_CODE),
          std::string("refused: ") + likeliest.what() + " (most likely)", likeliest.commands(),
          kExitDenied, causes};
}

}  // namespace

Verdict verdict_on_refusal(const Case& host, const Error& explained) {
  if (explained.status() != PGIAM_E_DENIED) return verdict_on_error(explained);
  if (explained.causes().empty())
    return {explained.text(PGIAM_ERROR_CODE),
            std::string(explained.what()) + ": " + explained.text(PGIAM_ERROR_EVIDENCE),
            explained.commands(), kExitDenied};
  return verdict_on_token(explained, host);
}

}  // namespace pgiam::cli::doctor
