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

// Gives an option another value and remembers what the program had given.
void replace(Options& options, ConnectionState& state, std::string_view keyword,
             std::string_view value) {
  Replaced replaced{std::string(keyword), std::nullopt};
  host::SecretText* place = find(options, keyword);
  if (!place) place = &options.emplace_back(keyword, host::SecretText()).second;
  if (keyword != "password" && !place->empty()) replaced.original = place->view();
  *place = host::SecretText(value);
  state.replaced.push_back(std::move(replaced));
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

Options options_with_replies(const RealLibpq& libpq, const Parameters& given,
                             ConnectionState& state) {
  Options options = resolve(libpq, given);
  if (!state.sslmode.empty()) options.emplace_back("sslmode", host::SecretText(state.sslmode));
  for (const auto& [keyword, value] : wishes_of(state)) {
    const bool user_has_one =
        keyword == "sslrootcert" && find(options, keyword) && !find(options, keyword)->empty();
    if (!user_has_one) replace(options, state, keyword, value);
  }
  if (const host::SecretText* sslmode = find(options, "sslmode"))
    state.sslmode_in_force = sslmode->view();
  const host::SecretText* kerberos = find(options, "gssencmode");
  if (kerberos && kerberos->view() == "prefer" && demands_tls(state.sslmode_in_force))
    replace(options, state, "gssencmode", "disable");
  // Empty, it keeps libpq from looking anywhere but in the password file.
  replace(options, state, "password", "");
  return options;
}

host::SecretText to_conninfo(const Options& options) {
  host::SecretText conninfo;
  for (const auto& [keyword, value] : options) append_quoted(conninfo, keyword, value.view());
  return conninfo;
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
  Options options = options_with_replies(libpq, given, *state);
  replace(options, *state, "passfile", file.path());
  replace(options, *state, "port", ports);
  // The first of the list has to be the first that is tried.
  if (find(options, "load_balance_hosts"))
    replace(options, *state, "load_balance_hosts", "disable");

  PGconn* conn = libpq.PQconnectStart(to_conninfo(options).c_str());
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
bool hand_over_as_password(Options& options, ConnectionState& state) {
  if (state.accesses.size() != 1) return false;
  Access& access = state.accesses.front();
  const char* token = access.token->param("password");
  access.room = strlen(token);
  replace(options, state, "password", token);
  return true;
}

PGconn* open(const RealLibpq& libpq, const Parameters& given, Wait wait, const Intent& intent,
             std::unique_ptr<ConnectionState> state) {
  const std::string& first_port = state->accesses.front().port;
  const PasswordFile file(password_lines(intent, *state, first_port).view());
  const char* why_no_file = strerror(errno);
  Options options = options_with_replies(libpq, given, *state);
  if (!file.path().empty()) {
    replace(options, *state, "passfile", file.path());
  } else if (!hand_over_as_password(options, *state)) {
    return fail_for_ever(libpq, given, std::move(state),
                         std::string("pgiam: no place for a password file in memory or in /tmp: ") +
                             why_no_file + "\n");
  }
  const host::SecretText conninfo = to_conninfo(options);

  const ExpectedConnection expected(libpq, state);
  PGconn* conn = wait == Wait::kYes ? libpq.PQconnectdb(conninfo.c_str())
                                    : libpq.PQconnectStart(conninfo.c_str());
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
