#include "connect.h"

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>

#include "configuration.h"
#include "connection_state.h"
#include "glance.h"
#include "password_file.h"
#include "plugin.h"
#include "probe.h"
#include "token.h"

namespace pgiam::libpq {
namespace {

constexpr const char* kBlanks = " \t\n\r\f\v";
constexpr const char* kNoTls =
    "pgiam: gssencmode=require would send the token without TLS\n"
    "  leave it out (tls = off takes the risk)\n";

// Others are libpq's to refuse.
bool is_port(const std::string& text) {
  char* end = nullptr;
  const long port = strtol(text.c_str(), &end, 10);
  end += strspn(end, kBlanks);
  return *end == '\0' && port >= 1 && port <= 65535;
}

bool wants_token(const Endpoint& endpoint) {
  if (endpoint.local || !is_port(endpoint.port)) return false;
  // An old token is no password that a person chose: a program replays it.
  return endpoint.password.empty() || looks_like_token(endpoint.password.view()) ||
         force_may_apply();
}

bool wants_token(const Intent& intent) {
  for (const Endpoint& endpoint : intent.endpoints) {
    if (wants_token(endpoint)) return true;
  }
  return false;
}

std::unique_ptr<ConnectionState> describe(const Intent& intent) {
  auto state = std::make_unique<ConnectionState>();
  state->user = intent.user;
  state->database = intent.database;
  if (intent.sslmode_chosen) state->sslmode = intent.sslmode;
  state->sslmode_in_force = intent.sslmode;
  for (const Endpoint& endpoint : intent.endpoints) {
    state->accesses.push_back({endpoint.host, endpoint.port, std::nullopt, 0});
  }
  return state;
}

// Fills in the tokens of the hosts that are ours; false if there is none.
Result<bool> get_tokens(Context& context, const Intent& intent, ConnectionState& state) {
  bool any = false;
  for (std::size_t i = 0; i < intent.endpoints.size(); ++i) {
    if (!wants_token(intent.endpoints[i])) continue;
    Access& access = state.accesses[i];
    Result<Reply> token =
        ask_for_token(context, state, access, intent.endpoints[i].password.c_str());
    if (!token) return token.error();
    if (!token->applies()) continue;
    access.room = strlen(token->param("password")) + kPadding;
    access.token.emplace(std::move(*token));
    any = true;
  }
  return any;
}

host::SecretText password_lines(const Intent& intent, const ConnectionState& state,
                                std::string_view first_port) {
  host::SecretText lines;
  for (std::size_t i = 0; i < state.accesses.size(); ++i) {
    const Access& access = state.accesses[i];
    const std::string_view port = i == 0 ? first_port : access.port;
    if (access.is_ours()) {
      const char* token = access.token ? access.token->param("password") : "";
      append_line(lines, access.host, port, token, kPadding);
    } else if (!intent.endpoints[i].password.empty()) {
      const Endpoint& endpoint = intent.endpoints[i];
      append_line(lines, access.host, port, endpoint.password.view(), 0);
      if (endpoint.local) append_line(lines, kHostOfSockets, port, endpoint.password.view(), 0);
    }
  }
  return lines;
}

bool demands_tls(std::string_view sslmode) { return strictness(sslmode) >= strictness("require"); }

// What the replies ask for beside the password. They are for one connection: of several sslmodes
// the strictest holds, of other things what the first host asks for.
std::map<std::string, std::string> wishes_of(const ConnectionState& state) {
  std::map<std::string, std::string> wishes;
  for (const Access& access : state.accesses) {
    if (!access.is_ours()) continue;
    if (!access.token) {
      if (state.sslmode.empty()) wishes.emplace("sslmode", "require");
      continue;
    }
    for (const pgiam_param& param : access.token->params()) {
      if (strcmp(param.key, "password") == 0) continue;
      auto [wish, is_first] = wishes.emplace(param.key, param.value);
      if (!is_first && wish->first == "sslmode" &&
          strictness(param.value) > strictness(wish->second)) {
        wish->second = param.value;
      }
    }
  }
  return wishes;
}

// libpq prefers Kerberos to TLS, whatever sslmode says.
bool would_go_without_tls(const Intent& intent, const ConnectionState& state) {
  const auto wishes = wishes_of(state);
  const auto wish = wishes.find("sslmode");
  return intent.gssencmode == "require" &&
         demands_tls(wish == wishes.end() ? state.sslmode : wish->second);
}

bool has_value(const ResolvedOptions& options, std::string_view keyword) {
  const char* value = options.find(keyword);
  return value && *value;
}

// What an option has to be, whatever the program gave. None is empty.
struct Change {
  std::string keyword;
  host::SecretText value;
};
using Changes = std::vector<Change>;

// What the replies ask for beside the password.
Changes changes_for(const Intent& intent, const ConnectionState& state) {
  Changes changes;
  std::string sslmode = intent.sslmode;
  for (const auto& [keyword, value] : wishes_of(state)) {
    if (keyword == "sslrootcert" && has_value(intent.options, keyword)) continue;
    changes.push_back({keyword, host::SecretText(value)});
    if (keyword == "sslmode") sslmode = value;
  }
  if (intent.gssencmode == "prefer" && demands_tls(sslmode))
    changes.push_back({"gssencmode", host::SecretText("disable")});
  return changes;
}

// What the program is told when it asks for its options.
void remember(const Changes& changes, const Intent& intent, ConnectionState& state) {
  for (const Change& change : changes) {
    Replaced& replaced = state.replaced.emplace_back(Replaced{change.keyword, std::nullopt});
    const bool is_secret = change.keyword == "password";
    const bool is_of_probe = change.keyword == "passfile" && intent.password_file_is_unsafe;
    if (!is_secret && !is_of_probe && has_value(intent.options, change.keyword))
      replaced.original = intent.options.find(change.keyword);
    if (change.keyword == "sslmode") state.sslmode_in_force = change.value.view();
  }
  state.replaced.push_back({"password", std::nullopt});
}

// All options spelt out: only so can the password be empty, which keeps libpq from looking anywhere
// but in the password file. Of a keyword that comes twice the later value counts.
host::SecretText spell_out(const RealLibpq& libpq, const Parameters& given, const Intent& intent,
                           const Changes& changes) {
  host::SecretText conninfo;
  resolve(libpq, given).for_each([&](std::string_view keyword, const char* value) {
    if (keyword != "sslmode" && keyword != "password") append_quoted(conninfo, keyword, value);
  });
  if (intent.sslmode_chosen) append_quoted(conninfo, "sslmode", intent.sslmode);
  append_quoted(conninfo, "password", "");
  for (const Change& change : changes)
    append_quoted(conninfo, change.keyword, change.value.view());
  return conninfo;
}

// As the program called, with the changes behind. libpq has to find no other password on the way.
PGconn* start(const RealLibpq& libpq, const Parameters& given, Wait wait, const Intent& intent,
              const Changes& changes) {
  if (intent.has_password_outside_file || intent.password_file_is_unsafe) {
    const host::SecretText conninfo = spell_out(libpq, given, intent, changes);
    return wait == Wait::kYes ? libpq.PQconnectdb(conninfo.c_str())
                              : libpq.PQconnectStart(conninfo.c_str());
  }
  Parameters parameters = given;
  for (const Change& change : changes)
    parameters.add(change.keyword.c_str(), change.value.c_str());
  const auto connect = wait == Wait::kYes ? libpq.PQconnectdbParams : libpq.PQconnectStartParams;
  return connect(parameters.keywords(), parameters.values(), parameters.expand_dbname());
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// No token is there, but one may come.
void make_room_for_later(const Intent& intent, ConnectionState& state) {
  for (std::size_t i = 0; i < state.accesses.size(); ++i) {
    state.accesses[i].token.reset();
    state.accesses[i].room = wants_token(intent.endpoints[i]) ? kPadding : 0;
  }
}

// A connection that has failed before the first packet, tells why, and cannot even be reset.
PGconn* fail_for_ever(const RealLibpq& libpq, const Parameters& given,
                      std::unique_ptr<ConnectionState> state, std::string text) {
  const Parameters impossible = given.followed_by({{"sslmode", first_line(text).c_str()}});
  PGconn* conn = libpq.PQconnectStartParams(impossible.keywords(), impossible.values(),
                                            impossible.expand_dbname());
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
PGconn* fail(const RealLibpq& libpq, const Parameters& given, const Intent& intent,
             std::unique_ptr<ConnectionState> state, std::string text) {
  std::string reason = first_line(text);
  std::replace(reason.begin(), reason.end(), ',', ';');
  std::string ports = reason;
  for (std::size_t i = 1; i < intent.endpoints.size(); ++i) ports += "," + intent.endpoints[i].port;
  make_room_for_later(intent, *state);

  const PasswordFile file(password_lines(intent, *state, reason).view());
  if (file.path().empty()) return fail_for_ever(libpq, given, std::move(state), std::move(text));
  Changes changes = changes_for(intent, *state);
  changes.push_back({"passfile", host::SecretText(file.path())});
  changes.push_back({"port", host::SecretText(ports)});
  // The first of the list has to be the first that is tried.
  if (intent.options.find("load_balance_hosts"))
    changes.push_back({"load_balance_hosts", host::SecretText("disable")});
  remember(changes, intent, *state);

  PGconn* conn = start(libpq, given, Wait::kNo, intent, changes);
  if (!conn) return nullptr;
  state->say(libpq.PQerrorMessage(conn), std::move(text));
  const std::string& right_port = state->accesses.front().port;
  char* port = libpq.PQport(conn);  // not a copy, as with PQpass
  state->can_be_reset = port && port == reason && right_port.size() <= reason.size();
  if (state->can_be_reset) memcpy(port, right_port.c_str(), right_port.size() + 1);
  attach(libpq, conn, std::move(state));
  return conn;
}

// Where there is no place for a file, as in a jail without /proc and /tmp. libpq then has one
// password for all hosts, in a place that has no room for a longer one.
bool hand_over_as_password(Changes& changes, ConnectionState& state) {
  if (state.accesses.size() != 1) return false;
  Access& access = state.accesses.front();
  const char* token = access.token->param("password");
  access.room = strlen(token);
  changes.push_back({"password", host::SecretText(token)});
  return true;
}

PGconn* open(const RealLibpq& libpq, const Parameters& given, Wait wait, const Intent& intent,
             std::unique_ptr<ConnectionState> state) {
  const std::string& first_port = state->accesses.front().port;
  const PasswordFile file(password_lines(intent, *state, first_port).view());
  const char* why_no_file = strerror(errno);
  Changes changes = changes_for(intent, *state);
  if (!file.path().empty()) {
    changes.push_back({"passfile", host::SecretText(file.path())});
  } else if (!hand_over_as_password(changes, *state)) {
    return fail_for_ever(libpq, given, std::move(state),
                         std::string("pgiam: no place for a password file in memory or in /tmp: ") +
                             why_no_file + "\n");
  }
  remember(changes, intent, *state);

  const ExpectedConnection expected(libpq, state);
  PGconn* conn = start(libpq, given, wait, intent, changes);
  if (conn && state) attach(libpq, conn, std::move(state));
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
  if (is_plainly_not_ours(given)) return std::nullopt;
  const std::optional<Intent> intent = probe(libpq, given);
  if (!intent || !wants_token(*intent)) return std::nullopt;

  std::string why;
  Context* context = host::plugin(why);
  if (!context) {
    host::log(PGIAM_LOG_ERROR, "libpq", why.c_str());
    return std::nullopt;
  }
  prepare_to_be_cancelled();

  for (bool is_second_try = false;; is_second_try = true) {
    std::unique_ptr<ConnectionState> state = describe(*intent);
    Result<bool> any = get_tokens(*context, *intent, *state);
    if (!any) return fail(libpq, given, *intent, std::move(state), host::to_text(any.error()));
    if (!*any) return std::nullopt;
    if (would_go_without_tls(*intent, *state))
      return fail_for_ever(libpq, given, std::move(state), kNoTls);

    PGconn* conn = open(libpq, given, wait, *intent, std::move(state));
    ConnectionState* attached = conn ? state_of(libpq, conn) : nullptr;
    if (wait == Wait::kNo || !attached) return conn;
    const bool retry = report(*context, libpq, conn, *attached);
    if (!retry || is_second_try) return conn;
    libpq.PQfinish(conn);
  }
}

}  // namespace pgiam::libpq
