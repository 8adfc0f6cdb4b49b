// The arguments of a call from JavaScript.
#pragma once

#include "environment.h"
#include "values.h"

namespace pgiam::node {

template <std::size_t kCount>
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env), owner_(environment_of(env)) {
    std::size_t count = kCount;
    napi_get_cb_info(env, info, &count, values_, nullptr, nullptr);
    current() = &owner_;
  }

  napi_value operator[](std::size_t i) const { return values_[i]; }
  double number(std::size_t i, double otherwise = 0) const {
    return to_number(env_, values_[i], otherwise);
  }
  uint32_t flags(std::size_t i) const { return static_cast<uint32_t>(number(i)); }
  template <typename T>
  T& external(std::size_t i) const {
    void* found = nullptr;
    napi_get_value_external(env_, values_[i], &found);
    return *static_cast<T*>(found);
  }
  Environment& owner() const { return owner_; }

 private:
  const napi_env env_;
  Environment& owner_;
  napi_value values_[kCount];
};

// A handle of the library's that JavaScript holds, and that is freed once: by free, or with its
// last reference.
template <typename T, void (*kFree)(T*)>
struct Held {
  T* handle = nullptr;

  void free() {
    if (handle) kFree(handle);
    handle = nullptr;
  }
  static napi_value hold(napi_env env, T* handle) {
    const auto forget = [](napi_env, void* data, void*) {
      const std::unique_ptr<Held> held(static_cast<Held*>(data));
      held->free();
    };
    napi_value result = nullptr;
    napi_create_external(env, new Held{handle}, forget, nullptr, &result);
    return result;
  }
};

}  // namespace pgiam::node
