#include "abi/question.h"

#include <new>

#include "abi/guard.h"
#include "base/state_lock.h"

namespace pgiam {

void HostQuestion::finish(Result<AnswerValues> answer) {
  Sleepers sleepers;
  {
    const StateLock lock;
    answer_ = std::move(answer);
    sleepers = complete();
  }
  for (const auto& sleeper : sleepers) sleeper->wake();
}

std::optional<Result<AnswerValues>> HostQuestion::wait(const std::stop_token& stop,
                                                   Milliseconds patience) {
  StateLock lock;
  Awaited::wait(lock, stop, patience);
  return std::exchange(answer_, std::nullopt);
}

namespace {

Status status_of_refusal(pgiam_status given, std::int32_t kind) {
  if (given != PGIAM_OK) return static_cast<Status>(given);
  return kind == PGIAM_PROMPT_CREDENTIALS ? Status::kNoCredentials : Status::kLoginDeclined;
}

bool may_succeed_later(Status status) {
  return status == Status::kTimeout || status == Status::kNetwork || status == Status::kThrottled;
}

// The question of a parent process is answered there.
bool is_of_this_process(const pgiam_question& question) { return question.fork == fork_count(); }

// Where there is no memory for what the host says, whoever asked is told that at least.
template <typename Say>
Result<void> finish(HostQuestion& question, Say say) {
  try {
    return say();
  } catch (const std::bad_alloc&) {
    question.finish(out_of_memory());
    throw;
  }
}

}  // namespace
}  // namespace pgiam

pgiam_status pgiam_question_answer(pgiam_question* given, const pgiam_option* values,
                                   size_t value_count) {
  using namespace pgiam;
  if (given == nullptr) return PGIAM_E_INVALID_ARGUMENT;
  return guard(nullptr, [&]() -> Result<void> {
    const std::unique_ptr<pgiam_question> owned(given);
    if (!is_of_this_process(*owned)) return make_error(Status::kInvalidState, "of another process");
    HostQuestion& question = *owned->question;
    const auto refuse = [&](const char* why) {
      const Error error = invalid_argument(why);
      question.finish(error);
      return error;
    };
    return finish(question, [&]() -> Result<void> {
      if (values == nullptr && value_count > 0) return refuse("the answer's values are NULL");
      AnswerValues copies;
      for (std::size_t i = 0; i < value_count; ++i) {
        if (view(values[i].key).empty()) return refuse("a value of the answer has no key");
        copies.emplace_back(values[i].key, Secret(view(values[i].value)));
      }
      question.finish(std::move(copies));
      return {};
    });
  });
}

void pgiam_question_decline(pgiam_question* given, pgiam_status status, const char* message) {
  using namespace pgiam;
  if (given == nullptr) return;
  guard(nullptr, [&]() -> Result<void> {
    const std::unique_ptr<pgiam_question> owned(given);
    if (!is_of_this_process(*owned)) return {};
    HostQuestion& question = *owned->question;
    return finish(question, [&]() -> Result<void> {
      const std::string_view words = view(message);
      Error error =
          make_error(status_of_refusal(status, question.kind()),
                     words.empty() ? "the program that was asked declined" : std::string(words));
      error.retryable = may_succeed_later(error.status);
      question.finish(std::move(error));
      return {};
    });
  });
}
