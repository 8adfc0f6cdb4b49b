#include "abi/host_questions.h"

#include <algorithm>

#include "abi/guard.h"

namespace pgiam {
namespace {

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

Result<SuppliedValues> HostQuestions::ask_credentials(const Call& call) {
  if (functions_.credentials == nullptr)
    return make_error(Status::kNoCredentials, "this host supplies no credentials");
  Item item;
  item.kind = PGIAM_PROMPT_CREDENTIALS;
  item.texts.title = "Credentials";
  item.texts.subject = functions_.identity;
  const Milliseconds limit = std::max(call.deadline - clock_.uptime(), Milliseconds{1});
  item.texts.expires_in = limit;
  item.flags = call.replaces.empty() ? 0 : PGIAM_PROMPT_FLAG_RETRY;
  return ask_and_wait(std::move(item), call, limit);
}

Result<Secret> HostQuestions::ask_person(const PromptRequest& request, const Call& call) {
  Item item;
  item.kind = static_cast<std::int32_t>(request.kind);
  item.texts = request;
  item.flags = (request.retry ? PGIAM_PROMPT_FLAG_RETRY : 0u) |
               (request.final_try ? PGIAM_PROMPT_FLAG_FINAL_TRY : 0u);
  if (request.kind == PromptRequest::Kind::kClose) {
    put(std::move(item));
    return Secret();
  }
  auto answer = ask_and_wait(std::move(item), call, std::nullopt);
  if (!answer) return answer.error();
  return word_of(std::move(*answer), request);
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

Result<AnswerValues> HostQuestions::ask_and_wait(Item item, const Call& call,
                                                 std::optional<Milliseconds> limit) {
  const auto question = std::make_shared<Question>(item.kind, [this] {
    const std::lock_guard lock(mutex_);
    answered_.notify_all();
  });
  item.question = question;
  put(std::move(item));

  std::optional<Result<AnswerValues>> answer;
  {
    std::unique_lock lock(mutex_);
    const auto is_answered = [&] { return question->is_answered(); };
    if (limit)
      answered_.wait_for(lock, call.stop, *limit, is_answered);
    else
      answered_.wait(lock, call.stop, is_answered);
    std::erase_if(line_, [&](const Item& other) { return other.question == question; });
  }
  answer = question->take();
  question->leave();
  if (answer) return std::move(*answer);
  if (call.stop.stop_requested()) return make_error(Status::kCancelled, "cancelled");
  Error error = make_error(Status::kTimeout,
                           "this program was asked for its credentials and did not answer in time");
  error.retryable = true;
  return error;
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
    ask(item);
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
