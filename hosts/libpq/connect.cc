#include "connect.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "connection_state.h"
#include "password_injection.h"
#include "plugin.h"
#include "probe.h"
#include "resolved_params.h"
#include "token.h"

namespace pgiam::libpq {

using host::append_quoted;
using host::Parameter;
using host::Parameters;
using host::RealLibpq;
using host::resolve;
using host::ConninfoOptions;
using host::ResolvedParams;
using host::strictness;

namespace {

constexpr const char* kNoTls =
    "pgiam: gssencmode=require would send the token without TLS\n"
    "  leave it out (tls = off takes the risk)\n";

// Gets the tokens of the hosts that are ours; false if there is none.
Result<bool> get_tokens(Context& context, ConnectionState& state) {
  bool any = false;
  for (HostAttempt& attempt : state.attempts) {
    if (!wants_token(*attempt.entry)) continue;
    const char* password = attempt.entry->password.c_str();
    Result<Reply> token = ask_for_token(context, *state.params, *attempt.entry, password);
    if (!token) return token.error();
    attempt.is_ours = token->applies();
    if (attempt.is_ours) attempt.take(std::move(*token));
    any = any || attempt.is_ours;
  }
  return any;
}

bool demands_tls(std::string_view sslmode) { return strictness(sslmode) >= strictness("require"); }

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

// What the replies ask for beside the password. They are for one connection: of several sslmodes
// the strictest holds, of other things what the first host asks for.
Options wishes_of(const ConnectionState& state) {
  Options wishes;
  const auto wish = [&](const char* keyword, const char* value) {
    for (Parameter& earlier : wishes) {
      if (strcmp(earlier.keyword, keyword) != 0) continue;
      const bool is_stricter = strictness(value) > strictness(earlier.value);
      if (strcmp(keyword, "sslmode") == 0 && is_stricter) earlier.value = value;
      return;
    }
    wishes.push_back({keyword, value});
  };
  for (const HostAttempt& attempt : state.attempts) {
    if (!attempt.is_ours) continue;
    if (!attempt.token && !state.params->sslmode_chosen) wish("sslmode", "require");
    if (!attempt.token) continue;
    for (const pgiam_param& param : attempt.token->params())
      if (strcmp(param.key, "password") != 0) wish(param.key, param.value);
  }
  return wishes;
}

// What libpq is to be told whatever the program gave, beside the password. No value is empty. They
// live as long as the state and its tokens.
Options changes_for(const ConnectionState& state) {
  const ResolvedParams& params = *state.params;
  Options changes;
  std::string_view sslmode = params.sslmode;
  for (const Parameter& wish : wishes_of(state)) {
    const std::string_view keyword = wish.keyword;
    if (keyword == "sslrootcert" && has_value(params.options, keyword)) continue;
    changes.push_back(wish);
    if (keyword == "sslmode") sslmode = wish.value;
  }
  if (params.gssencmode == "prefer" && demands_tls(sslmode))
    changes.push_back({"gssencmode", "disable"});
  return changes;
}

// libpq prefers Kerberos to TLS, whatever sslmode says.
bool would_go_without_tls(const ResolvedParams& params, const Options& changes) {
  const char* sslmode = find(changes, "sslmode");
  return params.gssencmode == "require" && demands_tls(sslmode ? sslmode : params.sslmode);
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
    if (keyword == "sslmode") state.sslmode_in_force = change.value;
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
  state->say(libpq.PQerrorMessage(conn), std::move(text));
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
  for (HostAttempt& attempt : state->attempts) {
    attempt.token.reset();  // there is none, but one may come
    attempt.is_ours = wants_token(*attempt.entry);
  }

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
  state->say(libpq.PQerrorMessage(conn), std::move(text));
  const std::string& right_port = params.hosts.front().port;
  char* port = libpq.PQport(conn);  // not a copy, as with PQpass
  state->can_be_reset = port && port == reason && right_port.size() <= reason.size();
  if (state->can_be_reset) memcpy(port, right_port.c_str(), right_port.size() + 1);
  put_current_password(libpq, conn, *state);
  attach(libpq, conn, std::move(state));
  return conn;
}

PGconn* open(const RealLibpq& libpq, const Parameters& given, Wait wait, Options changes,
             std::unique_ptr<ConnectionState> state) {
  const std::shared_ptr<const ResolvedParams> params = state->params;
  const PasswordInjection injection(libpq, *state, params->hosts.front().port);
  if (!injection.is_possible()) {
    const char* why = strerror(errno);
    return fail_for_ever(
        libpq, given, std::move(state),
        std::string("pgiam: no place for a password file in memory or in /tmp: ") + why + "\n");
  }
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
  if (wait == Wait::kYes) report(nullptr, libpq, conn, *state);
  attach(libpq, conn, std::move(state));
  return conn;
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

  for (bool is_second_try = false;; is_second_try = true) {
    auto state = std::make_unique<ConnectionState>(params);
    Result<bool> any = get_tokens(*context, *state);
    if (!any) return fail(libpq, given, std::move(state), host::to_text(any.error()));
    if (!*any) return std::nullopt;
    Options changes = changes_for(*state);
    if (would_go_without_tls(*params, changes))
      return fail_for_ever(libpq, given, std::move(state), kNoTls);

    PGconn* conn = open(libpq, given, wait, std::move(changes), std::move(state));
    ConnectionState* attached = conn ? state_of(libpq, conn) : nullptr;
    if (wait == Wait::kNo || !attached) return conn;
    const bool retry = report(context, libpq, conn, *attached);
    if (!retry || is_second_try) return conn;
    libpq.PQfinish(conn);
  }
}

}  // namespace pgiam::libpq
