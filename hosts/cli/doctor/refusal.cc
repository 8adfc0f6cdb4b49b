#include "refusal.h"

#include <algorithm>
#include <cstdlib>

#include "../report.h"
#include "identifier.h"

namespace pgiam::cli::doctor {
namespace {

// Errors other than that of a password (PostgreSQL manual, "PostgreSQL Error Codes").
Verdict verdict_on_error(const std::string& sqlstate, const std::string& sentence,
                         const Case& host) {
  const std::string said = "the server says: " + sentence;
  const std::string role = host::identifier(host.params.user);
  const std::string database = host::identifier(host.params.database);
  if (sqlstate == "3D000")
    return {"no_database", said, {"name a database that is there: dbname=postgres"}, kExitUsage};
  if (sqlstate == "42501")
    return {"no_connect_privilege",
            said,
            {"GRANT CONNECT ON DATABASE " + database + " TO " + role + ";"},
            kExitDenied};
  if (sqlstate == "53300")
    return {"too_many_connections",
            said,
            {"close connections, or raise max_connections or the limit of role or database"},
            kExitNetwork};
  if (sqlstate == "57P03")
    return {"starting_up", said, {"wait a minute, then try again"}, kExitNetwork};
  if (sqlstate == "28000" && sentence.find("not permitted to log in") != sentence.npos)
    return {"no_login", said, {"ALTER ROLE " + role + " LOGIN;"}, kExitDenied};
  if (sqlstate == "28000" && sentence.find("pg_hba.conf") != sentence.npos)
    return {"pg_hba",
            said,
            {"connect with TLS (sslmode=require), or mend the server's pg_hba.conf"},
            kExitDenied};
  return {"server_error", said, {}, sqlstate.starts_with("28") ? kExitDenied : kExitNetwork};
}

void move_to_front(std::vector<libpq::Cause>& causes, std::string_view code) {
  std::stable_partition(causes.begin(), causes.end(),
                        [&](const libpq::Cause& cause) { return cause.code == code; });
}
void move_to_back(std::vector<libpq::Cause>& causes, std::string_view code) {
  std::stable_partition(causes.begin(), causes.end(),
                        [&](const libpq::Cause& cause) { return cause.code != code; });
}

// The hook's guesses, in the light of what only an examination knows.
std::vector<libpq::Cause> causes_of_refusal(const Case& host) {
  std::vector<libpq::Cause> causes =
      libpq::likely_causes(host.connection->message(), host.connection->facts());
  // Another port than its own: that is how tunnels end on this machine. Instances elsewhere have
  // such ports, too.
  const char* said = std::getenv("PGIAM_SIGNING_PORT");
  if (!is_loopback(*host.address) || (said && *said)) move_to_back(causes, "wrong_port");
  if (!warnings(host.explanation, "this machine's clock").empty())
    move_to_front(causes, "wrong_clock");
  return causes;
}

Verdict verdict_on_token(const Case& host) {
  std::vector<libpq::Cause> causes = causes_of_refusal(host);
  const libpq::Cause& likeliest = causes.front();
  return {likeliest.code,
          "refused: " + likeliest.text + " (most likely)",
          {likeliest.remedy},
          kExitDenied,
          causes};
}

}  // namespace

Verdict verdict_on_refusal(const Case& host) {
  const HookConnection& attempt = *host.connection;
  const bool is_of_token =
      attempt.has_token() &&
      libpq::sqlstate_of_refusal(attempt.message(), attempt.facts()) != nullptr;
  if (is_of_token && takes_password_from_file(host.explanation))
    return {"password_refused",
            "the server refuses the password of the file: " + attempt.sentence(),
            {"see what writes " + text(host.explanation, "reason")},
            kExitDenied};
  if (is_of_token) return verdict_on_token(host);
  return verdict_on_error(attempt.sqlstate(), attempt.sentence(), host);
}

}  // namespace pgiam::cli::doctor
