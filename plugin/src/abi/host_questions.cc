#include "abi/host_questions.h"

#include <algorithm>

#include "abi/guard.h"

namespace pgiam {
namespace {

constexpr Milliseconds kForEver = std::chrono::hours{24 * 365};

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

// The answer to a prompt that wants one word.
Result<Secret> word_of(AnswerValues values, const PromptRequest& request) {
  for (auto& [key, value] : values)
    if (key == "answer") return std::move(value);
  if (request.kind != PromptRequest::Kind::kMfaCode) return Secret();
  return make_error(Status::kLoginDeclined, "no \"answer\" was given to: " + request.title);
}

}  // namespace

HostQuestions::OnThisThread::OnThisThread(HostQuestions* questions) : questions_(questions) {
  if (questions_ == nullptr) return;
  const std::lock_guard lock(questions_->mutex_);
  outer_ = std::exchange(questions_->host_thread_, std::this_thread::get_id());
}

HostQuestions::OnThisThread::~OnThisThread() {
  if (questions_ == nullptr) return;
  const std::lock_guard lock(questions_->mutex_);
  questions_->host_thread_ = outer_;
}

void HostQuestions::ask_for_credentials(const Call& call) {
  Item item;
  item.kind = PGIAM_PROMPT_CREDENTIALS;
  item.texts.title = "Credentials";
  item.texts.subject = functions_.identity;
  item.texts.expires_in = std::max(call.deadline - clock_.uptime(), Milliseconds{1});
  item.flags = call.replaces.empty() ? 0 : PGIAM_PROMPT_FLAG_RETRY;
  item.stop = call.stop;
  item.question = credentials_ = std::make_shared<HostQuestion>(item.kind);
  put(std::move(item));
}

Result<SuppliedValues> HostQuestions::ask_credentials(const Call& call) {
  if (functions_.credentials == nullptr)
    return make_error(Status::kNoCredentials, "this host supplies no credentials");
  if (!credentials_) ask_for_credentials(call);
  const Milliseconds left = call.deadline - clock_.uptime();
  const bool is_awaited = call.waits_for != nullptr;
  auto answer = credentials_->wait(call.stop, is_awaited ? Milliseconds{0} : left);
  if (!answer && is_awaited && left.count() > 0 && !call.stop.stop_requested()) {
    *call.waits_for = credentials_;
    return make_error(Status::kWouldBlock, "");
  }
  forget(*credentials_);
  credentials_ = nullptr;
  if (answer) return std::move(*answer);
  if (call.stop.stop_requested()) return cancelled();
  Error error = make_error(Status::kTimeout,
                           "this program was asked for its credentials and did not answer in time");
  error.retryable = true;
  return error;
}

void HostQuestions::ask_anew(const PromptRequest& request, const Call& call) {
  Item item;
  item.kind = static_cast<std::int32_t>(request.kind);
  item.texts = request;
  item.flags = (request.retry ? PGIAM_PROMPT_FLAG_RETRY : 0u) |
               (request.final_try ? PGIAM_PROMPT_FLAG_FINAL_TRY : 0u);
  person_ = nullptr;
  title_ = request.title;
  if (request.kind != PromptRequest::Kind::kClose) {
    item.question = person_ = std::make_shared<HostQuestion>(item.kind);
    item.stop = call.stop;
  }
  put(std::move(item));
}

Result<Secret> HostQuestions::ask_person(const PromptRequest& request, const Call& call) {
  // Who begins anew asks the same as before. Not so after a code that was wrong, and at a sign-in,
  // whose page was made for this load.
  const bool may_begin_anew = request.kind == PromptRequest::Kind::kMfaCode && !request.retry;
  if (!may_begin_anew || !person_ || title_ != request.title) ask_anew(request, call);
  if (!person_) return Secret();
  // A person's time is theirs, as long as nobody cancels.
  const bool is_awaited = call.waits_for != nullptr && may_begin_anew;
  auto answer = person_->wait(call.stop, is_awaited ? Milliseconds{0} : kForEver);
  if (!answer && is_awaited && !call.stop.stop_requested()) {
    *call.waits_for = person_;
    return make_error(Status::kWouldBlock, "");
  }
  person_ = nullptr;
  if (!answer) return cancelled();
  if (!*answer) return answer->error();
  return word_of(std::move(**answer), request);
}

// Who has not been asked yet is not asked any more.
void HostQuestions::forget(const HostQuestion& question) {
  const std::lock_guard lock(mutex_);
  std::erase_if(line_, [&](const Item& item) { return item.question.get() == &question; });
}

// In line, or at once where this is the host's own thread.
void HostQuestions::put(Item item) {
  {
    const std::lock_guard lock(mutex_);
    line_.push_back(std::move(item));
    if (host_thread_ != std::this_thread::get_id()) {
      wake_();
      return;
    }
  }
  ask_host();
}

void HostQuestions::ask_host() {
  for (;;) {
    Item item;
    {
      const std::lock_guard lock(mutex_);
      if (line_.empty()) return;
      item = std::move(line_.front());
      line_.pop_front();
    }
    if (!item.stop.stop_requested()) ask(item);
  }
}

void HostQuestions::ask(const Item& item) {
  pgiam_prompt prompt{};
  prompt.struct_size = sizeof prompt;
  prompt.kind = item.kind;
  prompt.flags = item.flags;
  prompt.id = item.texts.id;
  prompt.expires_in_ms = item.texts.expires_in.count();
  prompt.title = item.texts.title.c_str();
  prompt.subject = or_null(item.texts.subject);
  prompt.url = or_null(item.texts.url);
  prompt.url_complete = or_null(item.texts.url_complete);
  prompt.user_code = or_null(item.texts.user_code);

  pgiam_question* handle =
      item.question ? new pgiam_question{item.question, fork_count()} : nullptr;
  const bool is_for_credentials = item.kind == PGIAM_PROMPT_CREDENTIALS;
  const InsideCallback mark(context_);
  if (is_for_credentials)
    functions_.credentials(functions_.credentials_user_data, &prompt, handle);
  else
    functions_.prompt(functions_.prompt_user_data, &prompt, handle);
}

}  // namespace pgiam
