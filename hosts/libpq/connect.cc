#include "connect.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "attempt_steps.h"
#include "connection_state.h"
#include "password_injection.h"
#include "plugin.h"
#include "probe.h"
#include "resolved_params.h"
#include "start_attempt.h"

namespace pgiam::libpq {

using host::append_quoted;
using host::ConninfoOptions;
using host::Parameter;
using host::Parameters;
using host::RealLibpq;
using host::resolve;
using host::ResolvedParams;

namespace {

bool has_value(const ConninfoOptions& options, std::string_view keyword) {
  const char* value = options.find(keyword);
  return value && *value;
}

using Options = std::vector<Parameter>;

const char* find(const Options& options, std::string_view keyword) {
  for (const Parameter& option : options)
    if (option.keyword == keyword) return option.value;
  return nullptr;
}

// What libpq is to be told whatever the program gave, beside the password. No value is empty. They
// are good until the attempt's next step.
Options changes_for(const ConnectionState& state) {
  Options changes;
  for (const pgiam_param& param : host::settings_of(*state.attempt))
    changes.push_back({param.key, param.value});
  return changes;
}

// What the program is told when it asks for its options.
void remember(const Options& changes, ConnectionState& state) {
  const ResolvedParams& params = *state.params;
  for (const Parameter& change : changes) {
    const std::string_view keyword = change.keyword;
    Replaced& replaced = state.replaced.emplace_back(Replaced{change.keyword, std::nullopt});
    const bool is_secret = keyword == "password";
    const bool is_of_probe = keyword == "passfile" && params.password_file_is_unsafe;
    if (!is_secret && !is_of_probe && has_value(params.options, keyword))
      replaced.original = params.options.find(keyword);
  }
  if (!find(changes, "password")) state.replaced.push_back({"password", std::nullopt});
  // libpq has none where it is given a password.
  const char* file = params.options.find("passfile");
  if (!find(changes, "passfile") && file && !params.password_file_is_unsafe)
    state.replaced.push_back({"passfile", file});
}

// All options spelt out: only so can the password be empty, which keeps libpq from looking anywhere
// but in the password file. Of a keyword that comes twice the later value counts.
host::SecretText spell_out(const RealLibpq& libpq, const Parameters& given,
                           const ResolvedParams& params, const Options& changes) {
  host::SecretText conninfo;
  resolve(libpq, given).for_each([&](std::string_view keyword, const char* value) {
    if (keyword != "sslmode" && keyword != "password") append_quoted(conninfo, keyword, value);
  });
  if (params.sslmode_chosen) append_quoted(conninfo, "sslmode", params.sslmode);
  append_quoted(conninfo, "password", "");
  for (const Parameter& change : changes) append_quoted(conninfo, change.keyword, change.value);
  return conninfo;
}

PGconn* call(const RealLibpq& libpq, const Parameters& parameters, Wait wait) {
  const auto connect = wait == Wait::kYes ? libpq.PQconnectdbParams : libpq.PQconnectStartParams;
  return connect(parameters.keywords(), parameters.values(), parameters.expand_dbname());
}

// As the program called, with the changes behind.
PGconn* start(const RealLibpq& libpq, const Parameters& given, Wait wait,
              const ResolvedParams& params, const Options& changes, bool is_by_file) {
  // libpq has to find no other password on its way to the file.
  if (is_by_file && (params.has_password_outside_file || params.password_file_is_unsafe)) {
    const host::SecretText conninfo = spell_out(libpq, given, params, changes);
    return call(libpq, *Parameters::of_conninfo(conninfo.c_str()), wait);
  }
  Parameters parameters = given;
  for (const Parameter& change : changes) parameters.add(change.keyword, change.value);
  return call(libpq, parameters, wait);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// A connection that has failed before the first packet, tells why, and cannot even be reset.
PGconn* fail_for_ever(const RealLibpq& libpq, const Parameters& given,
                      std::unique_ptr<ConnectionState> state, std::string text) {
  const Parameters impossible = given.followed_by({{"sslmode", first_line(text).c_str()}});
  PGconn* conn = call(libpq, impossible, Wait::kNo);
  if (!conn) return nullptr;
  state->can_be_reset = false;
  state->replace_message(libpq.PQerrorMessage(conn), std::move(text));
  attach(libpq, conn, std::move(state));
  return conn;
}

// A connection that has failed before the first packet, and tells why. Programs may hold on to it
// and reset it until there is a token, so everything is in place for that but the first port, which
// libpq reads before it does anything: it gets that back at once. Where a program does not get our
// PQerrorMessage, libpq quotes the reason as the bad port.
PGconn* fail(const RealLibpq& libpq, const Parameters& given,
             std::unique_ptr<ConnectionState> state, std::string text) {
  const ResolvedParams& params = *state->params;
  std::string reason = first_line(text);
  std::replace(reason.begin(), reason.end(), ',', ';');
  std::string ports = reason;
  for (std::size_t i = 1; i < params.hosts.size(); ++i) ports += "," + params.hosts[i].port;

  const PasswordInjection injection(libpq, *state, reason);
  if (!injection.is_possible())
    return fail_for_ever(libpq, given, std::move(state), std::move(text));
  Options changes = changes_for(*state);
  changes.push_back(injection.option());
  changes.push_back({"port", ports.c_str()});
  // The first of the list has to be the first that is tried.
  if (params.options.find("load_balance_hosts"))
    changes.push_back({"load_balance_hosts", "disable"});
  remember(changes, *state);

  PGconn* conn = start(libpq, given, Wait::kNo, params, changes, injection.is_by_file());
  if (!conn) return nullptr;
  state->replace_message(libpq.PQerrorMessage(conn), std::move(text));
  const std::string& right_port = params.hosts.front().port;
  char* port = libpq.PQport(conn);  // not a copy, as with PQpass
  state->can_be_reset = port && port == reason && right_port.size() <= reason.size();
  if (state->can_be_reset) memcpy(port, right_port.c_str(), right_port.size() + 1);
  put_current_password(libpq, conn, *state);
  attach(libpq, conn, std::move(state));
  return conn;
}

PGconn* open(const RealLibpq& libpq, const Parameters& given, Wait wait,
             std::unique_ptr<ConnectionState> state) {
  const std::shared_ptr<const ResolvedParams> params = state->params;
  const PasswordInjection injection(libpq, *state, params->hosts.front().port);
  if (!injection.is_possible()) {
    const char* why = strerror(errno);
    return fail_for_ever(
        libpq, given, std::move(state),
        std::string("pgiam: no place for a password file in memory or in /tmp: ") + why + "\n");
  }
  Options changes = changes_for(*state);
  changes.push_back(injection.option());
  remember(changes, *state);

  const ExpectedConnection expected(libpq, state);
  PGconn* conn = start(libpq, given, wait, *params, changes, injection.is_by_file());
  if (!conn) return nullptr;
  if (state) attach(libpq, conn, std::move(state));
  if (ConnectionState* attached = state_of(libpq, conn))
    put_current_password(libpq, conn, *attached);
  return conn;
}

// As if we were absent, but that the program hears of it where it has no password.
PGconn* open_without_plugin(const RealLibpq& libpq, const Parameters& given, Wait wait,
                            const std::shared_ptr<const ResolvedParams>& params, std::string why) {
  PGconn* conn = start(libpq, given, wait, *params, /*changes=*/{}, /*is_by_file=*/false);
  if (!conn) return nullptr;
  auto state = std::make_unique<ConnectionState>(params);
  state->why_no_plugin = std::move(why);
  if (wait == Wait::kYes) report(libpq, conn, *state, wait);
  attach(libpq, conn, std::move(state));
  return conn;
}

// Whether a late password can always be put in its place before it is sent. In a blocking PQreset libpq
// polls by itself, and may go on to another host: then the hook has to see those polls.
bool may_be_late(const RealLibpq& libpq, const ResolvedParams& params, Wait wait) {
  const bool are_polls_seen = libpq.calls_itself_here.load(std::memory_order_relaxed);
  return wait == Wait::kNo && (are_polls_seen || params.hosts.size() == 1);
}

// A thread that is cancelled while libpq waits unwinds through us. The unwinder that does it is the
// program's; the one inside this object has to help, and is ready for that once it has unwound.
void prepare_to_be_cancelled() {
  static std::atomic<bool> is_ready = false;
  if (is_ready.load(std::memory_order_relaxed)) return;
  try {
    throw 0;
  } catch (int) {
  }
  is_ready.store(true, std::memory_order_relaxed);
}

}  // namespace

std::optional<PGconn*> connect(const RealLibpq& libpq, const Parameters& given, Wait wait) {
  const std::shared_ptr<const ResolvedParams> params = resolve_params(libpq, given);
  if (!params) return std::nullopt;
  prepare_to_be_cancelled();

  std::string why;
  Context* context = host::plugin(why);
  if (!context) {
    host::log(PGIAM_LOG_ERROR, "libpq", why.c_str());
    return open_without_plugin(libpq, given, wait, params, std::move(why));
  }
  host::RequestExtras extras;
  if (params->sslmode_chosen) extras.sslmode = params->sslmode.c_str();
  const bool is_late = may_be_late(libpq, *params, wait);
  if (is_late) extras.flags = PGIAM_REQUEST_LATE_PASSWORD;
  Result<Attempt> started = host::start_attempt(*context, *params, extras);
  if (!started) return std::nullopt;  // of what libpq will refuse
  Attempt attempt = std::move(*started);

  for (;;) {
    auto state = std::make_unique<ConnectionState>(params);
    const Result<pgiam_step> step = state->attempt.emplace(std::move(attempt)).next();
    if (!step && step.error().status() == PGIAM_NOT_APPLICABLE) return std::nullopt;
    if (!step) return fail(libpq, given, std::move(state), host::to_text(step.error()));

    state->has_late_passwords = is_late;
    PGconn* conn = open(libpq, given, wait, std::move(state));
    ConnectionState* attached = conn ? state_of(libpq, conn) : nullptr;
    if (wait == Wait::kNo || !attached) return conn;
    if (!report(libpq, conn, *attached, wait)) return conn;
    attempt = std::move(*attached->attempt);
    libpq.PQfinish(conn);
  }
}

}  // namespace pgiam::libpq
