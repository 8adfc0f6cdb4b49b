#include <utility>

#include "environment.h"
#include "values.h"

namespace pgiam::node {

bool Log::open(uv_loop_t* loop, Environment* owner) {
  const auto woken = [](uv_async_t* handle) {
    auto& environment = *static_cast<Environment*>(handle->data);
    napi_handle_scope scope;
    if (napi_open_handle_scope(environment.env, &scope) != napi_ok) return;
    if (const napi_value lines = take_log(environment); is_given(environment.env, lines))
      environment.call(environment.on_log, {lines});
    napi_close_handle_scope(environment.env, scope);
  };
  if (uv_async_init(loop, &wake_up_, woken) != 0) return false;
  wake_up_.data = owner;
  uv_unref(reinterpret_cast<uv_handle_t*>(&wake_up_));  // a program is not kept from ending
  is_open_ = true;
  return true;
}

void Log::add(Line line) {
  const std::lock_guard lock(mutex_);
  if (!is_open_) return;
  lines_.push_back(std::move(line));
  if (!waiting_.exchange(true, std::memory_order_release)) uv_async_send(&wake_up_);
}

std::vector<Log::Line> Log::take() {
  const std::lock_guard lock(mutex_);
  waiting_.store(false, std::memory_order_release);
  return std::exchange(lines_, {});
}

uv_handle_t* Log::close() {
  const std::lock_guard lock(mutex_);
  is_open_ = false;
  return reinterpret_cast<uv_handle_t*>(&wake_up_);
}

void write_log(void* context, int32_t level, const char* component, const char* message) {
  const auto& owner = *static_cast<Context*>(context);
  owner.owner->log.add({owner.id, level, component, message});
}

napi_value take_log(Environment& environment) {
  const napi_env env = environment.env;
  if (environment.log.is_empty()) return undefined(env);
  std::vector<napi_value> parts;
  for (const Log::Line& line : environment.log.take()) {
    parts.push_back(number(env, line.context));
    parts.push_back(number(env, line.level));
    parts.push_back(text(env, line.component.c_str()));
    parts.push_back(text(env, line.message.c_str()));
  }
  return list(env, parts);
}

}  // namespace pgiam::node
