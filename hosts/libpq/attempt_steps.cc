#include "attempt_steps.h"

#include <iterator>

#include "plugin.h"

namespace pgiam::libpq {

using host::RealLibpq;
using host::ResolvedHost;
using host::ResolvedParams;

namespace {

// Of what libpq resolved, the rest is told as it stands.
constexpr const char* kKeywords[] = {"user",       "dbname",          "sslrootcert",
                                     "gssencmode", "channel_binding", "require_auth"};

void append_part(std::string& list, const ResolvedHost& entry, const std::string& part) {
  if (entry.index > 0) list += ',';
  if (entry.is_dialled()) list += part;
}

}  // namespace

Result<host::Attempt> start_attempt(Context& context, const ResolvedParams& params) {
  // What libpq does not dial, or will refuse to, is none of the library's business: a host without
  // a name is a socket.
  std::string names, ports;
  std::vector<const char*> passwords;
  for (const ResolvedHost& entry : params.hosts) {
    append_part(names, entry, entry.host);
    append_part(ports, entry, entry.port);
    passwords.push_back(entry.password.c_str());
  }
  std::vector<pgiam_option> keywords = {{"host", names.c_str()}, {"port", ports.c_str()}};
  for (const char* keyword : kKeywords)
    if (const char* value = params.options.find(keyword)) keywords.push_back({keyword, value});
  // One that is older than it has no Kerberos to switch off.
  if (!params.options.find("gssencmode")) keywords.push_back({"gssencmode", "disable"});
  if (params.sslmode_chosen) keywords.push_back({"sslmode", params.sslmode.c_str()});

  pgiam_request request = PGIAM_REQUEST_INIT;
  request.flags = PGIAM_REQUEST_WALKS_LIST;
  request.keywords = keywords.data();
  request.keyword_count = keywords.size();
  request.can_apply = "*";
  request.host_passwords = passwords.data();
  request.host_password_count = passwords.size();
  return host::Attempt::create(context, request);
}

// A password was asked for, and there was none.
static void blame_missing_plugin(const RealLibpq& libpq, const PGconn* conn,
                                 ConnectionState& state) {
  if (state.why_no_plugin.empty()) return;
  if (libpq.PQconnectionNeedsPassword && !libpq.PQconnectionNeedsPassword(conn)) return;
  const char* message = libpq.PQerrorMessage(conn);
  state.say(message, message + ("pgiam: " + state.why_no_plugin));
}

static std::uint32_t flags_of(const RealLibpq& libpq, const PGconn* conn) {
  if (!libpq.PQconnectionUsedPassword) return 0;
  return libpq.PQconnectionUsedPassword(conn) ? PGIAM_OUTCOME_PASSWORD_SENT
                                              : PGIAM_OUTCOME_PASSWORD_NOT_SENT;
}

bool report(const RealLibpq& libpq, const PGconn* conn, ConnectionState& state) {
  if (!state.attempt) return blame_missing_plugin(libpq, conn, state), false;
  const bool is_connected = libpq.PQstatus(conn) == CONNECTION_OK;
  const std::string message = is_connected ? "" : libpq.PQerrorMessage(conn);
  if (state.speaks_for(message.c_str())) return false;  // there was no password to be refused

  const HostAttempt* at = state.current(libpq, conn);
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = is_connected ? PGIAM_OUTCOME_CONNECTED : PGIAM_OUTCOME_OTHER;
  outcome.flags = flags_of(libpq, conn);
  outcome.host = at ? static_cast<std::uint32_t>(at->index + 1) : 0;
  outcome.message = message.c_str();
  if (!state.attempt->report(outcome) || is_connected) return false;

  Result<int> next = state.attempt->next();
  if (next) return *next == PGIAM_STEP_CONNECT;
  state.say(message.c_str(), host::with_explanation(message, next.error()));
  return false;
}

}  // namespace pgiam::libpq
