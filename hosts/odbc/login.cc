#include "login.h"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "driver_string.h"
#include "password_file.h"
#include "pgiam_loader.h"
#include "plugin.h"
#include "probe.h"
#include "real_libpq.h"
#include "target.h"

namespace pgiam::odbc {
namespace {

using host::SecretText;
using host::ResolvedHost;
using host::ResolvedParams;

constexpr const char* kRefused = "28000";
constexpr const char* kGeneral = "HY000";
constexpr const char* kNoDriver = "IM003";

// "pgiam: …" as the other hosts print it; a record says [pgiam] already.
std::string_view without_prefix(std::string_view text) {
  constexpr std::string_view kPrefix = "pgiam: ";
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

Login fail(SQLHDBC connection, const char* sqlstate, SQLINTEGER native, std::string_view text) {
  Diagnostics diagnostics;
  diagnostics.say(sqlstate, native, without_prefix(text));
  keep_diagnostics(connection, std::move(diagnostics));
  return {};
}

// The plugin's name of an option: keys of connection strings have no case and no underscores.
std::string plugin_option(const std::string& squeezed) {
  const pgiam_api* api = pgiam_load(nullptr, nullptr, 0);
  if (!api) return squeezed;
  for (const pgiam_option_info& info : options(api)) {
    std::string name = info.key;
    std::erase(name, '_');
    if (name == squeezed) return info.key;
  }
  return squeezed;  // the plugin's complaint names the nearest
}

bool is_for_network(const ResolvedParams& params) {
  return std::any_of(params.hosts.begin(), params.hosts.end(),
                     [](const ResolvedHost& entry) { return !entry.local; });
}

// An old token is no password that a person chose: a program replays it.
bool user_gave_passwords(const ResolvedParams& params) {
  return std::all_of(params.hosts.begin(), params.hosts.end(), [](const ResolvedHost& entry) {
    return entry.local ||
           !(entry.password.empty() || host::looks_like_token(entry.password.view()));
  });
}

// What libpq will do beside TLS, which may rule a token out or has to be set for one.
std::vector<pgiam_option> keywords_of(const ResolvedParams& params) {
  std::vector<pgiam_option> keywords;
  for (const char* keyword : {"gssencmode", "channel_binding", "require_auth"})
    if (const char* value = params.options.find(keyword)) keywords.push_back({keyword, value});
  return keywords;
}

Result<Reply> ask(Context& context, const Request& request, const ResolvedParams& params) {
  const pgiam_api* api = pgiam_load(nullptr, nullptr, 0);
  const std::vector<pgiam_option> keywords = keywords_of(params);
  pgiam_reply* reply = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status = request.with([&](const pgiam_request* given) {
    pgiam_request full = *given;
    full.keywords = keywords.data();
    full.keyword_count = keywords.size();
    full.can_apply = "*";  // pqopt carries all
    return api->before_connect(context.get(), &full, &reply, &error);
  });
  Error owned(api, status, error);
  if (status == PGIAM_OK || status == PGIAM_NOT_APPLICABLE) return Reply(api, reply);
  return owned;
}

Result<Reply> ask_for_token(Context& context, const Target& target, const ResolvedParams& params,
                            const ResolvedHost& entry) {
  Request request(entry.host);
  request.port(static_cast<std::uint32_t>(atoi(entry.port.c_str())))
      .user(params.user)
      .database(params.database)
      .password(entry.password.c_str())
      .sslmode(target.sslmode)
      .flags(PGIAM_REQUEST_NO_INTERACTION);
  for (const auto& [name, value] : target.options) request.option(plugin_option(name), value);
  return ask(context, request, params);
}

// The tokens of the hosts that are ours; none at all if none is.
Result<std::vector<HostAttempt>> get_tokens(Context& context, const Target& target,
                                            const ResolvedParams& params) {
  std::vector<HostAttempt> attempts;
  for (const ResolvedHost& entry : params.hosts) {
    if (entry.local) continue;
    Result<Reply> token = ask_for_token(context, target, params, entry);
    if (!token) return token.error();
    if (token->applies()) attempts.push_back({&entry, std::move(*token)});
  }
  return attempts;
}

SecretText password_lines(const ResolvedParams& params, const std::vector<HostAttempt>& attempts) {
  SecretText lines;
  for (const HostAttempt& attempt : attempts)
    host::append_line(lines, attempt.entry->host, attempt.entry->port,
                      attempt.token.param("password"), 0);
  for (const ResolvedHost& entry : params.hosts) {
    if (!entry.password.empty())  // of a host that is not ours: tokens were found above
      host::append_line(lines, entry.host, entry.port, entry.password.view(), 0);
  }
  return lines;
}

struct Failure {
  SQLINTEGER native = 0;
  std::string sqlstate = kGeneral, message;
};

// libpq tells the name of the file that a refused password came from; ours is gone by then.
void forget_file(std::string& message, const std::string& path) {
  const std::string line = "password retrieved from file \"" + path + "\"\n";
  if (const std::size_t at = message.find(line); at != message.npos) message.erase(at, line.size());
}

Failure failure_of(const RealDriver& driver, SQLHDBC connection, const std::string& passfile) {
  Failure failure;
  SQLCHAR state[6] = "", text[4096] = "";
  SQLSMALLINT length = 0;
  for (SQLSMALLINT record = 1; driver.SQLGetDiagRec; ++record) {
    SQLINTEGER native = 0;
    const SQLRETURN result = driver.SQLGetDiagRec(SQL_HANDLE_DBC, connection, record, state,
                                                  &native, text, sizeof text, &length);
    if (!SQL_SUCCEEDED(result)) break;
    if (record == 1) failure.native = native, failure.sqlstate = reinterpret_cast<char*>(state);
    failure.message += reinterpret_cast<char*>(text);
  }
  if (!failure.message.ends_with('\n')) failure.message += '\n';
  forget_file(failure.message, passfile);
  return failure;
}

// Where libpq's message comes to a host last; npos: it does not, or to another port of it.
std::size_t place_of(const std::string& message, const std::string& name, const std::string& port) {
  const std::size_t place = message.rfind('"' + name + '"');
  if (name.empty() || place == message.npos) return message.npos;
  return message.find("port " + port + " ", place) == message.npos ? message.npos : place;
}

// The host that a failure is about. libpq names each that it came to, by its address where the user
// gave one, and the last of them ended it.
const HostAttempt& blamed(const std::vector<HostAttempt>& attempts, const ResolvedParams& params,
                          const std::string& message) {
  const char* given = params.options.find("hostaddr");
  const std::vector<std::string> addresses = host::split_list(given ? given : "");
  const HostAttempt* last = &attempts.front();
  std::size_t last_place = 0;
  for (const HostAttempt& attempt : attempts) {
    const auto index = static_cast<std::size_t>(attempt.entry - params.hosts.data());
    const std::string address = index < addresses.size() ? addresses[index] : "";
    for (const std::string& name : {attempt.entry->host, address}) {
      const std::size_t place = place_of(message, name, attempt.entry->port);
      if (place == message.npos || place < last_place) continue;
      last = &attempt;
      last_place = place;
    }
  }
  return *last;
}

// What we know better than the driver; otherwise its own records stay.
Login explain(SQLHDBC connection, const Failure& failure, const Error& explained) {
  const std::string text = host::with_explanation(failure.message, explained);
  if (text == failure.message) return {};
  const bool refused = explained.status() == PGIAM_E_DENIED;
  return fail(connection, refused ? kRefused : failure.sqlstate.c_str(), failure.native, text);
}

}  // namespace

Login log_in(const RealDriver& driver, SQLHDBC connection, const ConnectionString& given,
             const LoginCalls& calls) {
  const auto as_if_absent = [&]() -> Login { return {calls.as_if_absent(), false, false}; };
  if (host::is_on("PGIAM_DISABLE")) return as_if_absent();
  const Target target = read_target(given, Installer::find(driver.library));
  if (!target.driver.empty() && !is_loaded_driver(target.driver)) {
    return fail(connection, kNoDriver, 0,
                "PgiamDriver is " + target.driver + ", but this process has loaded " + driver.file +
                    ". One process can use one: set PgiamDriver in pgiam's section of "
                    "odbcinst.ini, or PGIAM_DRIVER in the environment.");
  }

  const host::RealLibpq* libpq =
      host::find_libpq(reinterpret_cast<const void*>(driver.SQLDriverConnect));
  if (!libpq) return fail(connection, kNoDriver, 0, driver.file + " does not use libpq.");
  const host::Parameters parameters = target.parameters();
  const std::shared_ptr<const ResolvedParams> params = host::probe(*libpq, parameters);
  if (!params || !is_for_network(*params)) return as_if_absent();

  std::string why;
  Context* context = host::plugin(why);
  if (!context)
    return user_gave_passwords(*params) ? as_if_absent() : fail(connection, kGeneral, 0, why);

  const bool shadowed = params->has_password_outside_file;
  for (bool is_second_try = false;; is_second_try = true) {
    Result<std::vector<HostAttempt>> attempts = get_tokens(*context, target, *params);
    if (!attempts) {
      return fail(connection, kRefused, attempts.error().status(),
                  host::to_text(attempts.error()));
    }
    if (attempts->empty()) return as_if_absent();

    const host::PasswordFile file(password_lines(*params, *attempts).view());
    if (!shadowed && file.path().empty()) {
      return fail(connection, kGeneral, errno,
                  std::string("no place for a password file in memory or in /tmp: ") +
                      strerror(errno));
    }
    const char* password = shadowed ? attempts->front().token.param("password") : nullptr;
    const SecretText string = make_string(given, target, *attempts, file.path(), password);
    const SQLRETURN result = calls.with_string(string.view());
    if (SQL_SUCCEEDED(result)) {
      for (const HostAttempt& attempt : *attempts)
        context->after_connect(attempt.token, PGIAM_OUTCOME_CONNECTED);
      return {result, true, !target.password.empty()};
    }
    const Failure failure = failure_of(driver, connection, file.path());
    const HostAttempt& failed = blamed(*attempts, *params, failure.message);
    // psqlODBC has one SQLSTATE for all that can happen, so the words have to tell.
    const Error explained =
        host::explain_failure(*context, failed.token, failure.message, host::kNotKnown, "");
    const bool refused = explained.status() == PGIAM_E_DENIED;
    const int outcome = refused ? PGIAM_OUTCOME_AUTH_FAILED : PGIAM_OUTCOME_OTHER;
    const char* sqlstate = refused ? explained.text(PGIAM_ERROR_SQLSTATE) : nullptr;
    const bool retry = context->after_connect(failed.token, outcome, sqlstate);
    if (!retry || is_second_try) return explain(connection, failure, explained);
  }
}

}  // namespace pgiam::odbc
