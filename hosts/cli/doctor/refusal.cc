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
std::vector<Cause> causes_of(const Error& refusal, const Case& host) {
  std::vector<Cause> causes;
  for (const Error& cause : refusal.causes()) causes.push_back(cause_of(cause));
  if (!is_loopback(*host.address)) {
    std::stable_partition(causes.begin(), causes.end(),
                          [](const Cause& cause) { return cause.code != "wrong_port"; });
  }
  return causes;
}

// What old PgBouncers and other proxies have room for.
constexpr std::size_t kUsualRoom = 990;

Verdict verdict_on_token(const Error& refusal, const Case& host) {
  std::vector<Cause> causes = causes_of(refusal, host);
  const Cause likeliest = causes.front();
  std::string sentence = most_likely(likeliest);
  std::vector<std::string> remedies = host.advice.commands(likeliest.code, likeliest.commands);
  if (likeliest.code == "wrong_endpoint" && host.connection->password_size() > kUsualRoom) {
    sentence = "refused: the token of " + std::to_string(host.connection->password_size()) +
               " characters may have been cut on the way: it is longer than what usual poolers and "
               "proxies take, and another place is dialled than it is for (most likely)";
    remedies.insert(remedies.begin(), "connect to the endpoint itself, without pooler or proxy");
    return {"token_cut", std::move(sentence), std::move(remedies), kExitDenied, std::move(causes)};
  }
  if (const Cause* known = host.advice.on(likeliest.code); known && !known->evidence.empty())
    sentence += "; " + known->evidence;
  return {likeliest.code, std::move(sentence), std::move(remedies), kExitDenied, std::move(causes)};
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
