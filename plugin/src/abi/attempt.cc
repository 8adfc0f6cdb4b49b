#include "abi/attempt.h"

#include <algorithm>
#include <condition_variable>

#include "abi/call_in_progress.h"
#include "abi/guard.h"
#include "abi/outcome.h"
#include "base/random.h"
#include "base/redact.h"
#include "base/text.h"
#include "flow/attempt/host_in_message.h"
#include "flow/attempt/retry.h"

namespace pgiam {
namespace {

using Kind = ConnectionAttempt::Step::Kind;
using State = ConnectionAttempt::Host::State;

Error cancelled() { return make_error(Status::kCancelled, "cancelled"); }

constexpr std::size_t kMostWords = 2000;

// `words`: redacted.
std::string message_of(std::string_view words) {
  return words.empty() ? "no connection came about" : std::string(trim(words));
}

// Of nobody knows which host, or of one that is not ours.
Error unexplained(const ConnectionOutcome& outcome) {
  Error error = make_error(Status::kConnect,
                           message_of(redact_message(outcome.message, "", kMostWords)));
  error.sqlstate = classify(outcome, {}).sqlstate;
  return error;
}

bool is_refusal(const pgiam_reply* reply, const ConnectionOutcome& outcome) {
  if (reply != nullptr) return is_refusal(reply->reply, outcome);
  return classify(outcome, {}).kind == Failure::Kind::kPasswordRefused;
}

}  // namespace
}  // namespace pgiam

using namespace pgiam;

pgiam_attempt::pgiam_attempt(pgiam_context& context, const HostRequest& given,
                             std::vector<HostEntry> hosts)
    : context_(context),
      request_(given.request),
      no_wait_(given.no_wait),
      may_be_late_(given.may_be_late),
      functions_(given.functions),
      machine_(std::move(hosts), given.walks_list, std::string(given.request.sslmode)),
      event_(std::make_shared<WakeEvent>(may_be_late_ ? WakeEvent::Kind::kSocket
                                                      : WakeEvent::Kind::kAny)) {
  for (std::string_view password : given.host_passwords) host_passwords_.emplace_back(password);
}

const pgiam_reply* pgiam_attempt::reply_of(std::size_t host) const {
  return static_cast<const pgiam_reply*>(machine_.hosts()[host].password.reply.get());
}

// nullptr: there is none, or not yet.
const char* pgiam_attempt::password_of(std::size_t host) const {
  const pgiam_reply* reply = reply_of(host);
  const bool is_there = reply != nullptr && !reply->reply.is_late();
  return is_there ? reply->reply.password()->text.reveal_c_str() : nullptr;
}

std::stop_token pgiam_attempt::stop() const {
  const std::lock_guard lock(mutex_);
  return stop_.get_token();
}

void pgiam_attempt::cancel() {
  std::stop_source stop(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    stop = stop_;
  }
  stop.request_stop();  // runs callbacks, so not under the lock
  event_->set();
}

void pgiam_attempt::restart() {
  pending_.reset();
  machine_.restart();
  event_->clear();
  const std::lock_guard lock(mutex_);
  stop_ = std::stop_source();
}

Request pgiam_attempt::request_for(std::size_t index) const {
  const HostEntry& entry = machine_.hosts()[index].entry;
  Request request = request_.request();
  request.host = entry.name();
  request.hostaddr = entry.hostaddr;
  request.port = entry.port;
  if (!host_passwords_.empty()) request.password = host_passwords_[index].reveal();
  return request;
}

pgiam_attempt::Wait pgiam_attempt::as_long_as_may_be() const {
  if (no_wait_) return Wait::kNo;
  return may_be_late_ ? Wait::kUntilFetch : Wait::kToTheEnd;
}

Result<Reply> pgiam_attempt::ask_here(Request request, Wait wait) {
  std::optional<HostQuestions> questions;
  if (functions_.has_any()) {
    questions.emplace(context_, context_.wired.clock(), functions_, [] {});
    request.host_link = &*questions;
  }
  if (wait == Wait::kNo) return at_hand(context_.wired.flow(), request);
  const HostQuestions::OnThisThread asked_at_once(questions ? &*questions : nullptr);
  std::optional<CallInProgress> call;
  std::optional<EitherStop> either;
  const auto begin = [&] {
    call.emplace(context_);
    return either.emplace(call->stop(), stop()).token();
  };
  Flow& flow = context_.wired.flow();
  auto reply = flow.before_connect(request, begin, wait == Wait::kUntilFetch);
  // Late only where the client can be told when it is there.
  const bool can_be_told = !reply || !reply->is_late() || event_->descriptor();
  return can_be_told ? std::move(reply) : flow.before_connect(request, begin);
}

// For a client that can wait for a late password. kWouldBlock: it is on its way.
Result<Reply> pgiam_attempt::ask_late(const Request& request, std::size_t host) {
  if (pending_ && pending_host_ != host) pending_.reset();
  if (!pending_) {
    auto reply = ask_here(request, Wait::kUntilFetch);
    if (!reply || !reply->is_late()) return reply;
    pending_.emplace(context_, request, functions_, event_, stop());
    pending_host_ = host;
  }
  auto outcome = pending_->wait(Milliseconds{0});
  if (!outcome) return make_error(Status::kWouldBlock, "the password is on its way");
  pending_.reset();
  const bool is_without_thread = !*outcome && outcome->error().status == Status::kNoMemory;
  return is_without_thread ? ask_here(request, Wait::kToTheEnd) : std::move(*outcome);
}

// False: the answer is on its way.
bool pgiam_attempt::ask(std::size_t host) {
  const Request request = request_for(host);
  if (!no_wait_) {
    machine_.answer(host, password_in(ask_here(request, as_long_as_may_be())));
    return true;
  }
  if (!pending_) pending_.emplace(context_, request, functions_, event_, stop());
  auto outcome = pending_->wait(Milliseconds{0});
  if (!outcome) return false;
  pending_.reset();
  machine_.answer(host, password_in(std::move(*outcome)));
  return true;
}

Result<ConnectionAttempt::Password> pgiam_attempt::password_in(Result<Reply> answer) {
  if (!answer) return answer.error();
  Password password;
  password.settings = answer->settings();
  password.is_late = answer->is_late();
  if (!password.is_late) password.expires_at = answer->password()->expires_at;
  password.reply = std::shared_ptr<const pgiam_reply>(make_reply(std::move(*answer)));
  return password;
}

// False: cancelled.
bool pgiam_attempt::pause_here(Milliseconds pause) {
  std::mutex mutex;
  std::condition_variable_any over;
  const CallInProgress call(context_);
  const EitherStop either(call.stop(), stop());
  std::unique_lock lock(mutex);
  over.wait_for(lock, either.token(), pause, [] { return false; });
  return !either.token().stop_requested();
}

Result<pgiam_step> pgiam_attempt::wait_step(std::int64_t wait_ms) {
  const auto descriptor = event_->descriptor();
  if (!descriptor) return descriptor.error();
  pgiam_step step = PGIAM_STEP_INIT;
  step.kind = PGIAM_STEP_WAIT;
  step.descriptor = *descriptor;
  step.wait_ms = wait_ms;
  return step;
}

// Lists as libpq pairs them. What is dialled may itself be one: a name at several addresses.
void pgiam_attempt::set_hosts(std::size_t only) {
  std::string names, addresses, ports, separator;
  for (std::size_t i = 0; i < machine_.hosts().size(); ++i) {
    if (only != ConnectionAttempt::kAllHosts && i != only) continue;
    const auto& host = machine_.hosts()[i];
    names.append(separator).append(host.dial_host);
    addresses.append(separator).append(host.dial_hostaddr);
    for (std::size_t n = split(host.dial_host, ',').size(); n > 0; --n) {
      ports.append(separator).append(std::to_string(host.entry.port));
      separator = ",";
    }
  }
  const auto set = [&](const char* key, std::string& list) {
    if (list.find_first_not_of(',') != list.npos) params_.push_back({key, std::move(list)});
  };
  set("host", names);
  set("hostaddr", addresses);
  set("port", ports);
}

pgiam_step pgiam_attempt::connect_step(std::size_t host) {
  const auto& hosts = machine_.hosts();
  const bool is_all = host == ConnectionAttempt::kAllHosts;
  params_.clear();
  if (machine_.is_any_elsewhere() || (!is_all && hosts.size() > 1)) set_hosts(host);
  // One password for all of them, or none.
  const char* password = nullptr;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (!is_all && i != host) continue;
    const char* of_host = password_of(i);
    const bool is_same = password && of_host && std::string_view(password) == of_host;
    password = !is_all || i == 0 || is_same ? of_host : nullptr;
    if (!password) break;
  }
  if (password) params_.push_back({"password", "", password});
  for (const KeywordSetting& setting : machine_.settings())
    params_.push_back({setting.key, setting.value});

  pgiam_step step = PGIAM_STEP_INIT;
  step.kind = PGIAM_STEP_CONNECT;
  step.host = is_all ? 0 : static_cast<std::uint32_t>(host + 1);
  step.descriptor = -1;
  return step;
}

// A client may hold on to a connection that got no password, and reset it until there is one: what
// a token will ask of it has to be in force by then.
void pgiam_attempt::prepare_for_resets() {
  params_.clear();
  std::vector<KeywordSettings> of_hosts;
  for (std::size_t i = 0; i < machine_.hosts().size(); ++i) {
    if (machine_.hosts()[i].state == State::kNotOurs) continue;
    auto settings = context_.wired.flow().settings_of_token(request_for(i));
    if (!settings) return;
    of_hosts.push_back(std::move(*settings));
  }
  std::vector<const KeywordSettings*> all;
  for (const KeywordSettings& settings : of_hosts) all.push_back(&settings);
  machine_.put_in_force(merge(all));
  for (const KeywordSetting& setting : machine_.settings())
    params_.push_back({setting.key, setting.value});
}

Result<pgiam_step> pgiam_attempt::next() {
  // For _refresh to take.
  if (may_be_late_ && pending_ && !stop().stop_requested()) return wait_step(-1);
  event_->clear();
  for (;;) {
    if (stop().stop_requested()) {
      pending_.reset();
      return cancelled();
    }
    const Milliseconds uptime = context_.wired.clock().uptime();
    const auto step = machine_.next(uptime);
    switch (step.kind) {
      case Kind::kAsk:
        if (!ask(step.host)) return wait_step(-1);
        break;
      case Kind::kPause:
        if (no_wait_) return wait_step((step.until - uptime).count());
        if (!pause_here(step.until - uptime)) return cancelled();
        break;
      case Kind::kConnect:
        return connect_step(step.host);
      case Kind::kDone: {
        pgiam_step done = PGIAM_STEP_INIT;
        done.kind = PGIAM_STEP_DONE;
        done.descriptor = -1;
        return done;
      }
      case Kind::kNotOurs:
        return *step.why;
      case Kind::kFail:
        if (machine_.walks_list() && !machine_.has_connected()) prepare_for_resets();
        return *step.why;
    }
  }
}

std::optional<std::size_t> pgiam_attempt::host_of(const pgiam_outcome& outcome) const {
  const auto& hosts = machine_.hosts();
  if (!machine_.walks_list()) return machine_.current();
  if (outcome.host > 0) return outcome.host - 1;
  if (hosts.size() == 1) return 0;
  // As they are dialled, each address for itself.
  std::vector<HostEntry> entries;
  std::vector<std::size_t> hosts_of_entries;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    for (std::string_view address : split(hosts[i].dial_hostaddr, ',')) {
      const std::string name(first_of_list(hosts[i].dial_host));
      entries.push_back({name, std::string(address), hosts[i].entry.port});
      hosts_of_entries.push_back(i);
    }
  }
  const auto entry = host_in_message(entries, view(outcome.message));
  return entry ? std::optional(hosts_of_entries[*entry]) : std::nullopt;
}

// Tells flow, which trusts what a server takes. Where the client cannot tell which host it was, it
// may have been any.
void pgiam_attempt::was_accepted(std::optional<std::size_t> host) {
  for (std::size_t i = 0; i < machine_.hosts().size(); ++i) {
    const pgiam_reply* reply = i == host.value_or(i) ? reply_of(i) : nullptr;
    if (reply != nullptr) context_.wired.flow().after_connect(reply->reply, Outcome::kConnected);
  }
}

// Tells flow, which drops what was kept and is refused.
std::optional<Milliseconds> pgiam_attempt::pause_before_retry(std::size_t host,
                                                              const Error& failure,
                                                              bool was_refused) {
  const pgiam_reply* reply = reply_of(host);
  if (reply == nullptr) return std::nullopt;
  const auto outcome = was_refused ? Outcome::kAuthFailed : Outcome::kOther;
  const Advice advice = context_.wired.flow().after_connect(reply->reply, outcome);
  return pgiam::pause_before_retry(failure, was_refused, advice, machine_.hosts()[host],
                                   context_.wired.clock().now(), random_unit());
}

// The end of it, if this was the last host.
Error pgiam_attempt::failure_of(const ConnectionOutcome& outcome,
                                std::optional<std::size_t> at) const {
  const pgiam_reply* reply = at ? reply_of(*at) : nullptr;
  const auto* host = at ? &machine_.hosts()[*at] : nullptr;
  if (reply == nullptr && (host == nullptr || !host->has_users_password))
    return unexplained(outcome);
  Error explained =
      reply != nullptr
          ? context_.wired.flow().explain_refusal(reply->reply, outcome)
          : explain_refusal_of_given(outcome, {host->entry.name(), request_.request().user});
  if (explained.status != Status::kNotApplicable) return explained;
  explained.status = Status::kConnect;
  explained.message = message_of(explained.evidence);
  return explained;
}

Result<void> pgiam_attempt::report(const pgiam_outcome& outcome) {
  const auto told = read_outcome(&outcome);
  if (!told) return told.error();
  if (outcome.host > machine_.hosts().size())
    return invalid_argument("there is no such host in the list");
  if (may_be_late_) pending_.reset();  // the connection has ended before it was needed
  const CallInProgress call(context_);
  Report report;
  report.connected = outcome.outcome == PGIAM_OUTCOME_CONNECTED;
  report.host = host_of(outcome);
  if (report.connected) {
    was_accepted(report.host);
  } else {
    const pgiam_reply* reply = report.host ? reply_of(*report.host) : nullptr;
    report.failure = failure_of(*told, report.host);
    const bool was_refused = is_refusal(reply, *told);
    for (std::size_t i = 0; i < machine_.hosts().size(); ++i) {
      if (i != report.host.value_or(i)) continue;
      const auto pause = pause_before_retry(i, report.failure, was_refused);
      const bool can_wait = (outcome.flags & PGIAM_OUTCOME_NO_PAUSE) == 0;
      if (pause && (can_wait || pause->count() == 0)) report.retry_after = pause;
    }
    report.may_be_host_alone = !was_refused && may_be_host_alone(report.failure.sqlstate);
  }
  if (machine_.report(std::move(report), context_.wired.clock().uptime())) return {};
  return make_error(Status::kInvalidState, "there was no connect to report of");
}

Result<void> pgiam_attempt::refresh(std::size_t host) {
  if (host >= machine_.hosts().size()) return invalid_argument("there is no such host in the list");
  if (stop().stop_requested()) return cancelled();
  if (machine_.is_up_to_date(host, context_.wired.clock().now())) return {};
  if (machine_.hosts()[host].state == State::kNotOurs)
    return make_error(Status::kNotApplicable, "this host is not ours");
  Request request = request_for(host);
  // DNS may lead elsewhere by now; the connection does not.
  const auto& at = machine_.hosts()[host];
  if (at.dial_host != at.entry.host) request.alias_of = first_of_list(at.dial_host);
  const Wait wait = as_long_as_may_be();
  auto password = password_in(wait == Wait::kUntilFetch ? ask_late(request, host)
                                                        : ask_here(request, wait));
  if (!password) {
    if (password.error().status == Status::kNotApplicable) machine_.answer(host, password.error());
    return password.error();
  }
  return machine_.refresh(host, std::move(*password));
}

bool pgiam_attempt::fill(std::size_t index, pgiam_param& param) const {
  if (index >= params_.size()) return false;
  const Param& found = params_[index];
  param.flags = found.secret ? PGIAM_PARAM_SECRET : 0;
  param.key = found.key.c_str();
  param.value = found.secret ? found.secret : found.value.c_str();
  return true;
}

bool pgiam_attempt::fill(std::size_t index, pgiam_host& host) const {
  if (index >= machine_.hosts().size()) return false;
  const auto& found = machine_.hosts()[index];
  host.host = found.entry.host.c_str();
  host.hostaddr = found.entry.hostaddr.c_str();
  host.dial_host = found.dial_host.c_str();
  host.dial_hostaddr = found.dial_hostaddr.c_str();
  host.port = found.entry.port;
  host.password = password_of(index);
  host.reply = host.password ? reply_of(index) : nullptr;
  host.flags = found.state == State::kNotOurs ? PGIAM_HOST_NOT_OURS : 0;
  return true;
}

pgiam_status pgiam_attempt_new(pgiam_context* context, const pgiam_request* given,
                               pgiam_attempt** out, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || out == nullptr) return invalid_argument("context or out is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    HostRequest read;
    auto is_read = read_request_for_list(*context, given, read);
    if (!is_read) return is_read;
    const std::string one_port = read.request.port ? std::to_string(read.request.port) : "";
    auto hosts = pair_hosts(read.host, read.hostaddr, one_port.empty() ? read.port : one_port);
    if (!hosts) return hosts.error();
    if (!read.host_passwords.empty() && read.host_passwords.size() != hosts->size())
      return invalid_argument("request.host_passwords are not one for each host");
    *out = new pgiam_attempt(*context, read, std::move(*hosts));
    return {};
  });
}

pgiam_status pgiam_attempt_next(pgiam_attempt* attempt, pgiam_step* step, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (attempt == nullptr || !can_be_filled(step))
      return invalid_argument("attempt or step is NULL, or step->struct_size is not set");
    if (inside_callback_of(&attempt->context())) return called_from_callback();
    const auto next = attempt->next();
    if (!next) return next.error();
    copy_out(*next, step);
    return {};
  });
}

pgiam_status pgiam_attempt_param(const pgiam_attempt* attempt, size_t index, pgiam_param* param) {
  pgiam_param filled{};
  if (attempt == nullptr || !can_be_filled(param) || !attempt->fill(index, filled))
    return PGIAM_E_INVALID_ARGUMENT;
  copy_out(filled, param);
  return PGIAM_OK;
}

pgiam_status pgiam_attempt_host(const pgiam_attempt* attempt, size_t index, pgiam_host* host) {
  pgiam_host filled{};
  if (attempt == nullptr || !can_be_filled(host) || !attempt->fill(index, filled))
    return PGIAM_E_INVALID_ARGUMENT;
  copy_out(filled, host);
  return PGIAM_OK;
}

pgiam_status pgiam_attempt_report(pgiam_attempt* attempt, const pgiam_outcome* outcome) {
  return guard(nullptr, [&]() -> Result<void> {
    if (attempt == nullptr || outcome == nullptr)
      return invalid_argument("attempt or outcome is NULL");
    if (inside_callback_of(&attempt->context())) return called_from_callback();
    Given<pgiam_outcome> given;
    auto is_read = given.read(outcome, "outcome");
    if (!is_read) return is_read;
    return attempt->report(*given);
  });
}

pgiam_status pgiam_attempt_refresh(pgiam_attempt* attempt, size_t index, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (attempt == nullptr) return invalid_argument("attempt is NULL");
    if (inside_callback_of(&attempt->context())) return called_from_callback();
    return attempt->refresh(index);
  });
}

pgiam_status pgiam_attempt_restart(pgiam_attempt* attempt, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (attempt == nullptr) return invalid_argument("attempt is NULL");
    attempt->restart();
    return {};
  });
}

void pgiam_attempt_cancel(pgiam_attempt* attempt) {
  if (attempt != nullptr) attempt->cancel();
}

void pgiam_attempt_free(pgiam_attempt* attempt) { delete attempt; }
