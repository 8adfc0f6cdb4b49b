#include "abi/host_callbacks.h"

#include <cstdio>
#include <cstring>
#include <string>

#include "abi/handles.h"
#include "base/privilege.h"

namespace pgiam {
namespace {

thread_local const pgiam_context* callback_of = nullptr;

// What the host's options or the environment say, if they say anything.
std::optional<LogLevel> level_of_option(const pgiam_config& config) {
  std::optional<LogLevel> level;
  if (const char* env = trusted_variable("PGIAM_LOG")) level = log_level_of(env);
  for (std::size_t i = 0; i < config.option_count; ++i)
    if (std::string_view(config.options[i].key) == "log" && config.options[i].value != nullptr)
      if (const auto told = log_level_of(config.options[i].value)) level = told;
  return level;
}

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

bool inside_callback_of(const pgiam_context* context) {
  return context != nullptr && callback_of == context;
}

InsideCallback::InsideCallback(const pgiam_context& context)
    : outer_(std::exchange(callback_of, &context)) {}
InsideCallback::~InsideCallback() { callback_of = outer_; }

HostLog::HostLog(const pgiam_context& context, const pgiam_config& config)
    : context_(context),
      function_(config.log),
      user_data_(config.log_user_data),
      option_(level_of_option(config)),
      default_(static_cast<LogLevel>(config.log_level)),
      level_(option_.value_or(default_)),
      room_(config.log_room) {}

void HostLog::follow_file(std::optional<LogLevel> level) {
  if (!option_) level_.store(level.value_or(default_), std::memory_order_relaxed);
}

void HostLog::write(LogLevel level, std::string_view component, std::string_view line) {
  if (!wants(level)) return;
  const std::string name(component), text(line);
  if (room_ != 0) return keep(level, name.c_str(), text.c_str());
  if (function_ == nullptr) {
    std::fprintf(stderr, "pgiam: %s: %s\n", name.c_str(), text.c_str());
    return;
  }
  const InsideCallback mark(context_);
  function_(user_data_, static_cast<std::int32_t>(level), name.c_str(), text.c_str());
}

void HostLog::keep(LogLevel level, const char* component, const char* line) {
  std::string record(1, static_cast<char>(level));
  for (const char* text : {component, line}) (record += text) += '\0';
  const StateLock lock;
  leave_those_of_the_parent();
  kept_ += record;  // whole, or not at all where there is no memory
  for (; kept_.size() > room_; ++lost_)  // no level is a NUL
    kept_.erase(0, kept_.find('\0', kept_.find('\0') + 1) + 1);
}

std::size_t HostLog::hand_over(pgiam_log_fn take, void* user_data) {
  std::string lines;
  std::size_t lost;
  {
    const StateLock lock;
    leave_those_of_the_parent();
    if (take == nullptr) return kept_.size();
    lines.swap(kept_);
    lost = std::exchange(lost_, 0);
  }
  for (const char* at = lines.data(); at != lines.data() + lines.size();) {
    const char* const component = at + 1;
    const char* const text = component + std::strlen(component) + 1;
    take(user_data, *at, component, text);
    at = text + std::strlen(text) + 1;
  }
  return lost;
}

void HostLog::leave_those_of_the_parent() {
  if (fork_ == fork_count()) return;
  fork_ = fork_count();
  kept_.clear();
  lost_ = 0;
}

std::shared_ptr<HostPrompt::PromptLock> HostPrompt::lock_of_this_process() {
  const StateLock lock;
  if (prompt_lock_->fork != fork_count())
    keep_for_ever(std::exchange(prompt_lock_, std::make_shared<PromptLock>()));
  return prompt_lock_;
}

Result<Secret> HostPrompt::ask(const PromptRequest& request, const Call& call) {
  if (has_questions_) {
    if (call.host != nullptr) return call.host->ask_person(request, call);
    return make_error(Status::kLoginRequired, "there is nobody to ask");
  }
  pgiam_prompt prompt{};
  prompt.struct_size = sizeof prompt;
  prompt.kind = static_cast<std::int32_t>(request.kind);
  prompt.flags = (request.retry ? PGIAM_PROMPT_FLAG_RETRY : 0u) |
                 (request.final_try ? PGIAM_PROMPT_FLAG_FINAL_TRY : 0u);
  prompt.id = request.id;
  prompt.expires_in_ms = request.expires_in.count();
  prompt.title = request.title.c_str();
  prompt.subject = or_null(request.subject);
  prompt.url = or_null(request.url);
  prompt.url_complete = or_null(request.url_complete);
  prompt.user_code = or_null(request.user_code);

  pgiam_answer answer;
  pgiam_status status;
  {
    const auto prompt_lock = lock_of_this_process();
    const std::lock_guard lock(prompt_lock->mutex);
    const InsideCallback mark(context_);
    status = function_(user_data_, &prompt, &answer);
  }
  if (status == PGIAM_OK) return std::move(answer.text);
  if (status == PGIAM_E_UNSUPPORTED)
    return make_error(Status::kLoginRequired, "this program cannot ask for what is needed");
  return make_error(Status::kLoginDeclined, "the question was declined: " + request.title);
}

}  // namespace pgiam
