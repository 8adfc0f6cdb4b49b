// The host's callbacks as the core's ports, and the mark that tells a call made from inside one.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

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

// To the host's function, or to stderr where the host gave none. The option `log` decides the level
// where anybody sets it, by whatever means options are set.
class HostLog : public Log {
 public:
  HostLog(const pgiam_context& context, const pgiam_config& config);
  bool wants(LogLevel level) const override {
    return level <= level_.load(std::memory_order_relaxed);
  }
  void write(LogLevel level, std::string_view component, std::string_view line) override;
  void follow_file(std::optional<LogLevel> level) override;

 private:
  const pgiam_context& context_;
  const pgiam_log_fn function_;
  void* const user_data_;
  const std::optional<LogLevel> option_;
  const LogLevel default_;
  std::atomic<LogLevel> level_;
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
