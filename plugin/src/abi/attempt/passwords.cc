// A password for each host: asked for, waited for or late, and a newer one for a reset.
#include "abi/attempt/attempt.h"
#include "abi/call_in_progress.h"
#include "abi/guard.h"

using namespace pgiam;

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

const pgiam_reply* pgiam_attempt::reply_of(std::size_t host) const {
  return static_cast<const pgiam_reply*>(machine_.hosts()[host].password.reply.get());
}

const char* pgiam_attempt::password_of(std::size_t host) const {
  const pgiam_reply* reply = reply_of(host);
  const bool is_there = reply != nullptr && !reply->reply.is_late();
  return is_there ? reply->reply.password()->text.reveal_c_str() : nullptr;
}
