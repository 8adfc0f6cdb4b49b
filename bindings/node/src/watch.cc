#include "environment.h"
#include "values.h"

namespace pgiam::node {
namespace {

void readable(uv_poll_t* poll, int, int) {
  auto& watch = *static_cast<Watch*>(poll->data);
  Environment& owner = *watch.owner;
  napi_handle_scope scope;
  if (napi_open_handle_scope(owner.env, &scope) != napi_ok) return;
  owner.call(watch.callback, {});  // which may unwatch it
  napi_close_handle_scope(owner.env, scope);
}

}  // namespace

// watch(descriptor, callback)
napi_value watch(napi_env env, napi_callback_info info) {
  std::size_t count = 2;
  napi_value given[2];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  Environment& owner = environment_of(env);
  auto watch = std::make_unique<Watch>();
  watch->owner = &owner;
  const int descriptor = static_cast<int>(to_number(env, given[0], -1));
  if (owner.cleanup || uv_poll_init(owner.loop, &watch->poll, descriptor) != 0)
    return undefined(env);
  watch->poll.data = watch.get();
  napi_create_reference(env, given[1], 1, &watch->callback);
  Watch* const kept = watch.release();
  owner.watches.insert(kept);
  napi_value result = nullptr;
  if (uv_poll_start(&kept->poll, UV_READABLE, readable) != 0 ||
      napi_create_external(env, kept, nullptr, nullptr, &result) != napi_ok) {
    close(kept);
    return undefined(env);
  }
  return result;
}

napi_value unwatch(napi_env env, napi_callback_info info) {
  std::size_t count = 1;
  napi_value given = nullptr;
  void* found = nullptr;
  napi_get_cb_info(env, info, &count, &given, nullptr, nullptr);
  napi_get_value_external(env, given, &found);
  // One that the end of the environment has closed is not touched.
  if (environment_of(env).watches.count(static_cast<Watch*>(found)))
    close(static_cast<Watch*>(found));
  return undefined(env);
}

void close(Watch* watch) {
  Environment& owner = *watch->owner;
  owner.watches.erase(watch);
  napi_delete_reference(owner.env, watch->callback);
  ++owner.closing;
  uv_close(reinterpret_cast<uv_handle_t*>(&watch->poll), [](uv_handle_t* handle) {
    const std::unique_ptr<Watch> closed(static_cast<Watch*>(handle->data));
    closed->owner->let_go();
  });
}

}  // namespace pgiam::node
