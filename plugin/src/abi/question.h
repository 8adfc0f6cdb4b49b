// What the host is asked, and its answer, which may take its time.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "pgiam.h"

namespace pgiam {

using AnswerValues = std::vector<std::pair<std::string, Secret>>;

// Shared by whoever asks and the handle that the host has. Any thread.
class Question {
 public:
  // `wake` is called once, from the thread that answers, unless the asker has left.
  Question(std::int32_t kind, std::function<void()> wake) : kind_(kind), wake_(std::move(wake)) {}

  std::int32_t kind() const { return kind_; }
  void finish(Result<AnswerValues> answer);
  // Once; nothing as long as there is no answer.
  std::optional<Result<AnswerValues>> take();
  bool is_answered() const { return is_answered_; }
  // Nobody waits any more.
  void leave();

 private:
  const std::int32_t kind_;
  std::mutex mutex_;
  std::function<void()> wake_;
  std::optional<Result<AnswerValues>> answer_;
  std::atomic<bool> is_answered_ = false;
};

}  // namespace pgiam

struct pgiam_question {
  const std::shared_ptr<pgiam::Question> question;
  const std::uint64_t fork;  // that it was asked in
};
