// The host's callbacks as the core's ports, and the mark that tells a call made from inside one.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/state_lock.h"
#include "pgiam.h"
#include "ports/log.h"
#include "ports/prompt.h"

namespace pgiam {

// True while this thread runs a callback of that context.
bool inside_callback_of(const pgiam_context* context);

class InsideCallback {
 public:
  explicit InsideCallback(const pgiam_context& context);
  InsideCallback(const InsideCallback&) = delete;
  InsideCallback& operator=(const InsideCallback&) = delete;
  ~InsideCallback();

 private:
  const pgiam_context* const outer_;
};

// To the host's function, or to stderr where the host gave none; or kept, for hosts that want to fetch
// it. The option `log` decides the level where anybody sets it, by whatever means options are set.
class HostLog : public Log {
 public:
  HostLog(const pgiam_context& context, const pgiam_config& config);
  bool wants(LogLevel level) const override {
    return level <= level_.load(std::memory_order_relaxed);
  }
  void write(LogLevel level, std::string_view component, std::string_view line) override;
  void follow_file(std::optional<LogLevel> level) override;
  // What was kept, the oldest first. How many lines were lost for want of room; without take how many
  // bytes wait.
  std::size_t hand_over(pgiam_log_fn take, void* user_data);

 private:
  void keep(LogLevel level, const char* component, const char* line);
  void leave_those_of_the_parent();  // with the state lock held

  const pgiam_context& context_;
  const pgiam_log_fn function_;
  void* const user_data_;
  const std::optional<LogLevel> option_;
  const LogLevel default_;
  std::atomic<LogLevel> level_;
  const std::size_t room_;  // 0: nothing is kept
  // Under the state lock.
  std::string kept_;  // of each line the level, the component and the text, both with their NUL
  std::size_t lost_ = 0;
  std::uint64_t fork_ = fork_count();
};

// One prompt at a time; after fork() the parent's is the parent's.
class HostPrompt : public Prompt {
 public:
  HostPrompt(const pgiam_context& context, const pgiam_config& config)
      : context_(context),
        function_(config.prompt),
        user_data_(config.prompt_user_data),
        has_questions_(config.ask != nullptr) {}
  bool available() const override { return function_ != nullptr || has_questions_; }
  Result<Secret> ask(const PromptRequest& request, const Call& call) override;

 private:
  const pgiam_context& context_;
  const pgiam_prompt_fn function_;
  void* const user_data_;
  const bool has_questions_;  // then it is asked by its link to the call
  struct PromptLock {
    const std::uint64_t fork = fork_count();
    std::mutex mutex;
  };
  std::shared_ptr<PromptLock> lock_of_this_process();
  // Under the state lock.
  std::shared_ptr<PromptLock> prompt_lock_ = std::make_shared<PromptLock>();
};

}  // namespace pgiam
