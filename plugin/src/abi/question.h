// What the host is asked, and its answer, which may take its time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/awaited.h"
#include "base/result.h"
#include "base/secret.h"
#include "pgiam.h"

namespace pgiam {

using AnswerValues = std::vector<std::pair<std::string, Secret>>;

// Shared by whoever asks and the handle that the host has. Any thread.
class HostQuestion : public Awaited {
 public:
  explicit HostQuestion(std::int32_t kind)
      : Awaited(kind != PGIAM_PROMPT_CREDENTIALS), kind_(kind) {}

  std::int32_t kind() const { return kind_; }
  void finish(Result<AnswerValues> answer);
  // Blocks for the answer; nothing where the time is up, or the wait is called off.
  std::optional<Result<AnswerValues>> wait(const std::stop_token& stop, Milliseconds patience);

 private:
  const std::int32_t kind_;
  std::optional<Result<AnswerValues>> answer_;  // under the state lock
};

}  // namespace pgiam

struct pgiam_question {
  const std::shared_ptr<pgiam::HostQuestion> question;
  const std::uint64_t fork;  // that it was asked in
};
