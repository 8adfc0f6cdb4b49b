// What became of a connect: whose host it was, what it means, and whether it is tried again.
#include "abi/attempt/attempt.h"
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
