#include "flow/refusal.h"

#include <algorithm>

#include "base/redact.h"
#include "base/shell.h"
#include "base/sql.h"
#include "base/text.h"
#include "clouds/options.h"
#include "clouds/refusal.h"

namespace pgiam {
namespace {

// As much as libpq keeps of a server's message.
constexpr std::size_t kMostEvidence = 30'000;

std::string life_left(const Reply& reply, Time now) {
  const Time end = reply.password()->expires_at;
  if (end == Time{}) return "";
  if (end <= now) return ", expired at " + utc_for_people(end);
  const auto left = std::chrono::duration_cast<std::chrono::minutes>(end - now);
  return ", good for another " + std::to_string(left.count()) + " min";
}

// Of a name of its own: std::quoted would be found beside one that is called so.
std::string in_quotes(std::string_view name) { return "\"" + std::string(name) + "\""; }

std::string what_was_refused(const Reply& reply, Time now) {
  const Plan& plan = reply.plan();
  const auto& facts = plan.target().facts;
  const bool is_somewhere = !facts.empty() && !facts.front().value.empty();
  const std::string where = is_somewhere ? " in " + facts.front().value : "";
  return "the server refused a token that was signed for " + plan.target().host + ":" +
         std::to_string(plan.target().port) + where + ", user " + in_quotes(plan.user) + ", by " +
         reply.principal() + " (" + reply.provider() + ")" + life_left(reply, now);
}

// As a connection string has it.
std::string conninfo_value(std::string_view value) {
  if (!value.empty() && value.find_first_of(" '\\") == value.npos) return std::string(value);
  std::string quoted = "'";
  for (char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

// What the command has to be told of the options: those that stand in no file.
std::string option_flags(const Settings& settings) {
  std::string flags;
  for (const Option* option : all_options()) {
    const bool is_known = settings.origin(*option) < Origin::kEnvironment;
    if (is_known || option == &kLogOption) continue;
    std::string key = option->key;
    std::replace(key.begin(), key.end(), '_', '-');
    const bool is_switch = option->type.text() == std::string_view("bool");
    flags += " --" + key + "=" + (is_switch ? settings.get_bool(*option) ? "true" : "false"
                                            : shell_word(settings.get(*option)));
  }
  return flags;
}

// On a terminal, where no byte of a name's may do anything.
bool is_printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

// A command that examines the same connection.
std::vector<std::string> what_tells_more(const Plan& plan) {
  std::string conninfo = "host=" + conninfo_value(plan.host) +
                         " port=" + std::to_string(plan.port) +
                         " user=" + conninfo_value(plan.user);
  for (const auto& [keyword, value] : plan.given)
    conninfo += " " + keyword + "=" + conninfo_value(value);
  const std::string command =
      "pgiam doctor" + option_flags(plan.settings) + " " + shell_word(conninfo);
  if (!is_printable(command)) return {};
  return {command};
}

Error refused_token(const Reply& reply, const ConnectionOutcome& outcome, const Failure& failure,
                    Time now) {
  const Plan& plan = reply.plan();
  const RefusedLogin login{
      plan.target(),
      plan.user,
      plan.host,
      plan.port,
      reply.principal(),
      reply.secret() ? reply.secret()->expires_at : std::nullopt,
      now,
      outcome.message,
      failure.pam_refused,
      plan.settings.given(kSigningPortOption),
  };
  Error error = make_error(Status::kDenied, what_was_refused(reply, now));
  error.code = "token_refused";
  error.causes = plan.cloud()->explain_refusal(login);
  auto commands = what_tells_more(plan);
  if (commands.empty()) return error;
  return with_commands(std::move(error), std::move(commands), "To find out which: ");
}

Error refused_password_of_file(const PasswordFile& file) {
  Error error = make_error(Status::kDenied, "the server refused the password of " + file.path,
                           "see what writes " + file.path);
  error.code = "password_refused";
  error.commands = {error.hint};
  return error;
}

Error no_tls() {
  Error error = make_error(Status::kInsecure,
                           "a token is never sent without TLS; tls = off takes the risk");
  error.code = "no_tls";
  return error;
}

std::string command_for(const KnownFailure& known, const Plan& plan) {
  std::string command;
  for (std::string_view rest = known.command;;) {
    const auto open = rest.find('{');
    command += rest.substr(0, open);
    if (open == rest.npos) return command;
    const bool is_role = rest.substr(open).starts_with("{role}") || plan.database.empty();
    command += sql_identifier(is_role ? plan.user : plan.database);
    rest.remove_prefix(rest.find('}', open) + 1);
  }
}

Error something_else(const Plan& plan, const Failure& failure) {
  Error error = make_error(Status::kNotApplicable,
                           "the failure has nothing to do with what was set for the connection");
  if (failure.known == nullptr) return error;
  error.message = failure.known->sentence;
  error.retry_after_ms = failure.known->passes_in_ms;
  error.retryable = error.retry_after_ms > 0;
  error.code = failure.known->code;
  error.commands = {command_for(*failure.known, plan)};
  return error;
}

Error explain(const Reply& reply, const ConnectionOutcome& outcome, const Failure& failure,
              Time now) {
  const Plan& plan = reply.plan();
  switch (failure.kind) {
    case Failure::Kind::kPasswordRefused:
      if (reply.is_late()) break;  // whatever the server says, there was none
      return reply.file() != nullptr ? refused_password_of_file(*reply.file())
                                     : refused_token(reply, outcome, failure, now);
    case Failure::Kind::kNoTls:
      if (plan.settings.get(kTlsOption) != "off") return no_tls();
      break;
    case Failure::Kind::kOther:
      break;
  }
  return something_else(plan, failure);
}

}  // namespace

bool is_refusal(const Reply& reply, const ConnectionOutcome& outcome) {
  if (outcome.outcome == Outcome::kConnected) return false;
  const Plan& plan = reply.plan();
  return classify(outcome, {plan.host, plan.user}).kind == Failure::Kind::kPasswordRefused;
}

Error explain_refusal_of_given(const ConnectionOutcome& outcome, const NamesInMessage& names) {
  const Failure failure = classify(outcome, names);
  Error error = make_error(Status::kNotApplicable, "no password was refused");
  if (failure.kind == Failure::Kind::kPasswordRefused) {
    error = make_error(Status::kDenied,
                       "the server refused a password that was given; that kept pgiam from making a token",
                       kLeavePasswordOut);
    error.code = kPasswordGiven;
    error.commands = {error.hint};
  }
  error.sqlstate = failure.sqlstate;
  error.evidence = redact_message(outcome.message, "", kMostEvidence);
  return error;
}

Error explain_refusal(const Reply& reply, const ConnectionOutcome& outcome, Time now) {
  if (outcome.outcome == Outcome::kConnected || !(reply.password() || reply.is_late()))
    return make_error(Status::kNotApplicable, "nothing was refused");
  const Plan& plan = reply.plan();
  const Failure failure = classify(outcome, {plan.host, plan.user});
  Error error = explain(reply, outcome, failure, now);
  error.sqlstate = failure.sqlstate;
  const std::string_view password = reply.is_late() ? "" : reply.password()->text.reveal();
  error.evidence = redact_message(outcome.message, password, kMostEvidence);
  return error;
}

}  // namespace pgiam
