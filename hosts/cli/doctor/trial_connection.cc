#include "trial_connection.h"

#include <string.h>

#include <cctype>
#include <new>

#include "../late_libpq.h"
#include "conninfo_options.h"
#include "plugin.h"
#include "start_attempt.h"

namespace pgiam::cli::doctor {
namespace {

// "…: FATAL:  28000: no entry\nLOCATION: …" → where "28000" begins, or npos. The word before it is
// in the server's language, and the name of a host or a file may hold anything.
std::size_t find_sqlstate(const std::string& message) {
  constexpr std::size_t kSize = 5;
  for (std::size_t at = message.find(":  "); at != message.npos; at = message.find(":  ", at + 1)) {
    const std::size_t begin = at + 3;
    std::size_t end = begin;
    while (end < message.size() && isalnum(static_cast<unsigned char>(message[end]))) ++end;
    if (end - begin == kSize && message.compare(end, 2, ": ") == 0) return begin;
  }
  return message.npos;
}

}  // namespace

TrialConnection::TrialConnection(Context& context, const host::RealLibpq& libpq,
                                 const host::Parameters& given, const std::string& host,
                                 const std::string& address, const std::string& port)
    : context_(context), libpq_(libpq), conn_(nullptr, libpq.PQfinish) {
  const host::Parameters one = given.followed_by(
      {{"host", host.c_str()}, {"hostaddr", address.c_str()}, {"port", port.c_str()}});
  const std::shared_ptr<const host::ResolvedParams> params = host::probe(libpq, one);
  if (!params) return;
  host::RequestExtras extras;
  if (params->sslmode_chosen) extras.sslmode = params->sslmode.c_str();
  Result<Attempt> attempt = host::start_attempt(context, *params, extras);
  if (!attempt) return;  // of what libpq will refuse
  const Result<pgiam_step> step = attempt->next();
  if (!step && step.error().status() != PGIAM_NOT_APPLICABLE) why_not_ = step.error();
  if (!step) return;
  attempt_ = std::move(*attempt);
  start(one);
}

// With what the step says over what the user gave.
void TrialConnection::start(host::Parameters told) {
  for (const pgiam_param& param : attempt_->params()) told.add(param.key, param.value);
  conn_.reset(libpq_.PQconnectStartParams(told.keywords(), told.values(), told.expand_dbname()));
  if (!conn_) throw std::bad_alloc();
  poll_.is_over = is_logged_in() || status() == CONNECTION_BAD;
  late_libpq().PQsetErrorVerbosity(conn_.get(), PQERRORS_VERBOSE);
}

void TrialConnection::finish_tls(Deadline deadline) {
  const auto is_far_enough = [](ConnStatusType status) {
    return status == CONNECTION_AWAITING_RESPONSE || status == CONNECTION_AUTH_OK;
  };
  poll_.go_on(libpq_, conn_.get(), deadline, is_far_enough);
  has_finished_tls_ = is_logged_in() || is_far_enough(status());
}

void TrialConnection::finish_login(Deadline deadline) {
  poll_.go_on(libpq_, conn_.get(), deadline, [](ConnStatusType) { return false; });
}

std::size_t TrialConnection::password_size() const {
  if (attempt_)
    for (const pgiam_param& param : attempt_->params())
      if (std::string_view(param.key) == "password") return std::string_view(param.value).size();
  return 0;
}

std::string TrialConnection::cipher() const {
  const char* protocol = late_libpq().PQsslAttribute(conn_.get(), "protocol");
  const char* cipher = late_libpq().PQsslAttribute(conn_.get(), "cipher");
  return protocol && cipher ? std::string(protocol) + ", " + cipher : "";
}

std::string TrialConnection::option(std::string_view keyword) const {
  const host::ConninfoOptions options(libpq_, libpq_.PQconninfo(conn_.get()));
  const char* value = options.find(keyword);
  return value ? value : "";
}

std::string TrialConnection::message() const { return libpq_.PQerrorMessage(conn_.get()); }

std::string TrialConnection::sentence() const {
  std::string text = message();
  if (const std::size_t at = find_sqlstate(text); at != text.npos) {
    text.erase(0, at + 7);
    return text.substr(0, text.find('\n'));
  }
  if (const std::size_t at = text.find(" failed: "); at != text.npos) text.erase(0, at + 9);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string TrialConnection::sqlstate() const {
  const std::string text = message();
  const std::size_t at = find_sqlstate(text);
  return at == text.npos ? "" : text.substr(at, 5);
}

Error TrialConnection::explain() const {
  const std::string words = sentence(), code = sqlstate();
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = PGIAM_OUTCOME_OTHER;
  outcome.flags =
      has_sent_password() ? PGIAM_OUTCOME_PASSWORD_SENT : PGIAM_OUTCOME_PASSWORD_NOT_SENT;
  outcome.sqlstate = code.c_str();
  outcome.message = words.c_str();
  return context_.explain_refusal(attempt_->host(0).reply, outcome);
}

}  // namespace pgiam::cli::doctor
