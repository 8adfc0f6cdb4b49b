#include "login.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "conninfo_options.h"
#include "driver_string.h"
#include "failure.h"
#include "password_file.h"
#include "plugin.h"
#include "start_attempt.h"
#include "odbc_target.h"

namespace pgiam::odbc {
namespace {

using host::ResolvedHost;
using host::ResolvedParams;

bool any_dialled(const ResolvedParams& params, bool (*test)(const ResolvedHost&)) {
  return std::any_of(params.hosts.begin(), params.hosts.end(), [&](const ResolvedHost& entry) {
    return entry.is_dialled() && test(entry);
  });
}

bool is_for_network(const ResolvedParams& params) {
  return any_dialled(params, [](const ResolvedHost&) { return true; });
}

bool lacks_password(const ResolvedParams& params) {
  return any_dialled(params, [](const ResolvedHost& entry) { return entry.password.empty(); });
}

Result<Attempt> start_attempt(Context& context, const OdbcTarget& target,
                                    const ResolvedParams& params) {
  host::RequestExtras extras;
  extras.flags = PGIAM_REQUEST_NO_INTERACTION;
  // psqlODBC has a mode of its own where nobody says one, whatever PGSSLMODE says.
  if (const host::SecretText* mode = target.find("sslmode")) extras.sslmode = mode->c_str();
  std::vector<pgiam_option_info> known;
  if (!target.options.empty()) known = options(host::plugin_api());
  std::vector<std::string> names;
  for (const auto& option : target.options) names.push_back(plugin_option(known, option.first));
  for (std::size_t i = 0; i < names.size(); ++i)
    extras.options.push_back({names[i].c_str(), target.options[i].second.c_str()});
  return host::start_attempt(context, params, extras);
}

// What each host is to be sent.
host::SecretText password_lines(const ResolvedParams& params, const Attempt& attempt) {
  host::SecretText lines;
  for (const ResolvedHost& entry : params.hosts) {
    const char* ours = attempt.host(entry.index).password;
    const std::string_view password = ours ? ours : entry.password.view();
    if (password.empty()) continue;
    const std::string_view other = host::other_name(attempt.host(entry.index));  // that libpq looks up, too
    host::append_line(lines, other.empty() ? entry.host : other, entry.port, password, 0);
    if (entry.local) host::append_line(lines, host::kHostOfSockets, entry.port, password, 0);
  }
  return lines;
}

// What each host is to be sent, if it is the same for all.
const char* one_password(const ResolvedParams& params, const Attempt& attempt) {
  const char* one = nullptr;
  for (const ResolvedHost& entry : params.hosts) {
    const char* password = attempt.host(entry.index).password;
    if (!password || (one && strcmp(one, password) != 0)) return nullptr;
    one = password;
  }
  return one;
}

// Lets the driver connect with what the step says.
class Connect {
 public:
  Connect(const OdbcTarget& target, const ResolvedParams& params, const Attempt& attempt)
      : target_(target), attempt_(attempt), file_(password_lines(params, attempt).view()) {
    passwords_.passfile = file_.path();
    // libpq finds another one on its way to the file.
    if (params.has_password_outside_file) passwords_.password = one_password(params, attempt);
  }

  // Whether there is a way at all to hand the passwords over; if not, errno tells why.
  bool is_possible() const { return passwords_.password || !passwords_.passfile.empty(); }
  bool has_password() const { return passwords_.password != nullptr; }
  const std::string& passfile() const { return passwords_.passfile; }

  SQLRETURN operator()(const ConnectionString& given, const LoginCalls& calls) const {
    return calls.with_string(make_string(given, target_, host::settings_of(attempt_), passwords_).view());
  }

 private:
  const OdbcTarget& target_;
  const Attempt& attempt_;
  host::PasswordFile file_;
  PasswordParameters passwords_;
};

void report(Attempt& attempt, bool is_connected, const std::string& message) {
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = is_connected ? PGIAM_OUTCOME_CONNECTED : PGIAM_OUTCOME_OTHER;
  outcome.message = message.c_str();  // psqlODBC tells neither the server's SQLSTATE nor the host
  attempt.report(outcome);
}

// That the user's own password kept the token away, where it did.
void explain_refused_password(const RealDriver& driver, SQLHDBC connection, Attempt& attempt) {
  const Failure failure = failure_of(driver, connection, "");
  report(attempt, false, failure.message);
  const Result<pgiam_step> end = attempt.next();
  if (!end && end.error().status() == PGIAM_E_DENIED) explain(connection, failure, end.error());
}

}  // namespace

Login log_in(const RealDriver& driver, SQLHDBC connection, const ConnectionString& given,
             const LoginCalls& calls) {
  const auto as_if_absent = [&]() -> Login { return {calls.as_if_absent(), false, false}; };
  if (host::is_disabled()) return as_if_absent();
  const auto fail = [&](const char* sqlstate, SQLINTEGER native, const std::string& text) {
    say(connection, sqlstate, native, text);
    return Login{};
  };
  const host::RealLibpq* libpq =
      host::find_libpq(reinterpret_cast<const void*>(driver.SQLDriverConnect));
  if (!libpq) return fail(kNoDriver, 0, driver.file + " does not use libpq.");
  // By the driver's own libpq: what it does not know, it will refuse.
  const auto read_pqopt = [&](const char* pqopt, const Give& give) {
    const host::ConninfoOptions options(*libpq, libpq->PQconninfoParse(pqopt, nullptr));
    options.for_each(give);
    return options.are_there();
  };
  const OdbcTarget target = read_target(given, Installer::find(driver.library), read_pqopt);
  if (!target.driver.empty() && !is_loaded_driver(target.driver)) {
    return fail(kNoDriver, 0,
                "PgiamDriver is " + target.driver + ", but this process has loaded " + driver.file +
                    ". One process can use one: set PgiamDriver in pgiam's section of "
                    "odbcinst.ini, or PGIAM_DRIVER in the environment.");
  }
  if (!target.is_readable) return as_if_absent();
  const host::Parameters parameters = target.parameters();
  const std::shared_ptr<const ResolvedParams> params = host::probe(*libpq, parameters);
  if (!params || !is_for_network(*params)) return as_if_absent();

  std::string why;
  Context* context = host::plugin(why);
  if (!context) return lacks_password(*params) ? fail(kGeneral, 0, why) : as_if_absent();
  Result<Attempt> attempt = start_attempt(*context, target, *params);
  if (!attempt) return as_if_absent();  // of what libpq will refuse

  for (std::optional<Failure> failure;;) {
    const Result<pgiam_step> step = attempt->next();
    if (!step && step.error().status() == PGIAM_NOT_APPLICABLE) {
      const Login login = as_if_absent();
      if (!SQL_SUCCEEDED(login.result)) explain_refused_password(driver, connection, *attempt);
      return login;
    }
    if (!step && !failure) return say_why_not(connection, step.error()), Login{};
    if (!step) return explain(connection, *failure, step.error()), Login{};

    const Connect connect(target, *params, *attempt);
    if (params->has_password_outside_file && !connect.has_password()) {
      return fail(kGeneral, 0,
                  "psqlODBC sends one password to every host of a list, and each of these is to be sent "
                  "its own. Take the password away that is given (PWD or Password in the connection "
                  "string or data source, PGPASSWORD), or name one host.");
    }
    if (!connect.is_possible()) {
      return fail(kGeneral, errno,
                  std::string("no place for a password file in memory or in /tmp: ") +
                      strerror(errno));
    }
    const SQLRETURN result = connect(given, calls);
    const bool is_connected = SQL_SUCCEEDED(result);
    if (!is_connected) failure = failure_of(driver, connection, connect.passfile());
    report(*attempt, is_connected, is_connected ? "" : failure->message);
    if (is_connected) return {result, true, target.find("password") != nullptr};
  }
}

}  // namespace pgiam::odbc
