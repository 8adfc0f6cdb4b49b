#include "abi/host_callbacks.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "abi/handles.h"

namespace pgiam {
namespace {

thread_local const pgiam_context* callback_of = nullptr;

LogLevel effective_level(const pgiam_config& config) {
  constexpr struct {
    std::string_view name;
    LogLevel level;
  } kNames[] = {{"off", LogLevel::kOff},
                {"error", LogLevel::kError},
                {"warn", LogLevel::kWarn},
                {"info", LogLevel::kInfo},
                {"debug", LogLevel::kDebug}};
  std::string_view name;
  if (const char* env = std::getenv("PGIAM_LOG")) name = env;
  for (std::size_t i = 0; i < config.option_count; ++i)
    if (std::string_view(config.options[i].key) == "log" && config.options[i].value != nullptr &&
        *config.options[i].value != '\0')
      name = config.options[i].value;
  for (const auto& known : kNames)
    if (name == known.name) return known.level;
  return static_cast<LogLevel>(config.log_level);
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
      level_(effective_level(config)) {}

void HostLog::write(LogLevel level, std::string_view component, std::string_view line) {
  if (!wants(level)) return;
  const std::string name(component), text(line);
  if (function_ == nullptr) {
    std::fprintf(stderr, "pgiam: %s: %s\n", name.c_str(), text.c_str());
    return;
  }
  const InsideCallback mark(context_);
  function_(user_data_, static_cast<std::int32_t>(level), name.c_str(), text.c_str());
}

Result<Secret> HostPrompt::ask(const PromptRequest& request) {
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
    const std::lock_guard lock(one_at_a_time_);
    const InsideCallback mark(context_);
    status = function_(user_data_, &prompt, &answer);
  }
  if (status == PGIAM_OK) return std::move(answer.text);
  if (status == PGIAM_E_UNSUPPORTED)
    return make_error(Status::kLoginRequired, "this program cannot ask for what is needed");
  return make_error(Status::kLoginDeclined, "the question was declined: " + request.title);
}

}  // namespace pgiam
