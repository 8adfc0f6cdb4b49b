#include "given_password.h"

#include <stdlib.h>
#include <string.h>

#include <optional>

#include "configuration.h"
#include "connection_state.h"
#include "plugin.h"
#include "quick_reject.h"
#include "start_attempt.h"

namespace pgiam::libpq {

using host::ConninfoOptions;
using host::RealLibpq;
using host::ResolvedHost;
using host::ResolvedParams;

namespace {

bool has_sent_password(const RealLibpq& libpq, PGconn* conn) {
  return libpq.PQstatus(conn) == CONNECTION_BAD && libpq.PQconnectionUsedPassword &&
         libpq.PQconnectionUsedPassword(conn) && *libpq.PQpass(conn);
}

std::string or_empty(const char* text) { return text ? text : ""; }

// Of the host that libpq was at.
std::shared_ptr<const ResolvedParams> params_of(const RealLibpq& libpq, PGconn* conn) {
  auto params = std::make_shared<ResolvedParams>();
  params->options = ConninfoOptions(libpq, libpq.PQconninfo(conn));
  params->user = or_empty(params->options.find("user"));
  ResolvedHost& host = params->hosts.emplace_back();
  host.host = or_empty(libpq.PQhost(conn));
  host.port = or_empty(libpq.PQport(conn));
  host.password.append(libpq.PQpass(conn));
  return params;
}

// libpq keeps what it finds in a password file apart from what it was told.
std::string origin_of_password(const ResolvedParams& params) {
  const char* told = params.options.find("password");
  const char* variable = getenv("PGPASSWORD");
  if (told && variable && strcmp(told, variable) == 0) return "PGPASSWORD";
  if (told && *told) return "the program, its connection string or its service file";
  return or_empty(params.options.find("passfile"));
}

// "": there is nothing to add.
std::string explanation(const ResolvedParams& params, const std::string& message) {
  std::string why;
  Context* context = host::plugin(why);
  if (!context) return "";
  host::RequestExtras extras;
  extras.flags = PGIAM_REQUEST_NO_INTERACTION;
  Result<Attempt> attempt = host::start_attempt(*context, params, extras);
  if (!attempt) return "";
  const Result<pgiam_step> step = attempt->next();
  if (step || step.error().text(PGIAM_ERROR_CODE) != std::string_view("password_given")) return "";
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = PGIAM_OUTCOME_OTHER;
  outcome.flags = PGIAM_OUTCOME_PASSWORD_SENT;
  outcome.message = message.c_str();
  if (attempt->report(outcome) != PGIAM_OK) return "";
  const Result<pgiam_step> end = attempt->next();
  if (end || end.error().status() != PGIAM_E_DENIED) return "";
  return host::with_explanation(message, end.error()) + "  It came from " +
         origin_of_password(params) + ".\n";
}

}  // namespace

char* message_about_given_password(const RealLibpq& libpq, PGconn* conn) {
  char* message = libpq.PQerrorMessage(conn);
  if (host::is_disabled() || !has_sent_password(libpq, conn)) return message;
  ConnectionState* state = state_of(libpq, conn);
  if (!state) {
    if (is_local_name(or_empty(libpq.PQhost(conn))) && !host::rules_may_apply()) return message;
    auto kept = std::make_unique<ConnectionState>(params_of(libpq, conn));
    kept->is_ours = false;
    attach(libpq, conn, std::move(kept));
    state = state_of(libpq, conn);
    if (!state) return message;
  }
  if (state->libpq_message != message)
    state->replace_message(message, explanation(*state->params, message));
  return state->replaces_message(message) ? state->our_message.data() : message;
}

}  // namespace pgiam::libpq
