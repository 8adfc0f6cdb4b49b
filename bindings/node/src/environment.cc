#include "environment.h"

#include "library.h"
#include "values.h"

namespace pgiam::node {
namespace {

thread_local Environment* current_environment = nullptr;

// Before the loop of this environment ends: the library's threads write no more, and the loop has
// no handle of ours.
void clean_up(napi_async_cleanup_hook_handle hook, void* data) {
  auto& environment = *static_cast<Environment*>(data);
  environment.cleanup = hook;
  environment.alive = environment.shared_from_this();
  while (!environment.contexts.empty()) (*environment.contexts.begin())->free();
  ++environment.closing;
  uv_close(environment.log.close(),
           [](uv_handle_t* handle) { static_cast<Environment*>(handle->data)->let_go(); });
  while (!environment.watches.empty()) close(*environment.watches.begin());
}

}  // namespace

Environment*& current() { return current_environment; }

void Context::free() {
  if (!handle) return;
  api()->context_free(handle);  // cancels, and waits for what writes to the log
  handle = nullptr;
  owner->contexts.erase(this);
}

void Environment::call(napi_ref function, const std::vector<napi_value>& arguments) {
  napi_value callee = nullptr, global = nullptr, exception = nullptr;
  if (!function || napi_get_reference_value(env, function, &callee) != napi_ok || !callee) return;
  napi_get_global(env, &global);
  napi_make_callback(env, async, global, callee, arguments.size(), arguments.data(), nullptr);
  bool is_pending = false;
  if (napi_is_exception_pending(env, &is_pending) == napi_ok && is_pending &&
      napi_get_and_clear_last_exception(env, &exception) == napi_ok)
    napi_fatal_exception(env, exception);
}

void Environment::let_go() {
  if (--closing > 0 || !cleanup) return;
  const EnvironmentPtr last = std::move(alive);
  napi_remove_async_cleanup_hook(cleanup);
}

Environment& environment_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return **static_cast<EnvironmentPtr*>(data);
}

EnvironmentPtr make_environment(napi_env env) {
  auto environment = std::make_shared<Environment>(env);
  if (napi_get_uv_event_loop(env, &environment->loop) != napi_ok ||
      napi_async_init(env, nullptr, text(env, "pgiam"), &environment->async) != napi_ok ||
      !environment->log.open(environment->loop, environment.get())) {
    napi_throw_error(env, nullptr, "pgiam: this environment has no event loop");
    return nullptr;
  }
  const auto forget = [](napi_env, void* data, void*) {
    delete static_cast<EnvironmentPtr*>(data);
  };
  napi_set_instance_data(env, new EnvironmentPtr(environment), forget, nullptr);
  napi_add_async_cleanup_hook(env, clean_up, environment.get(), nullptr);
  return environment;
}

}  // namespace pgiam::node
