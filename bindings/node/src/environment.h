// What belongs to one environment of Node's: the main thread, or a Worker. All of it is touched on
// its thread alone, but for the log, which the library's threads write to.
#pragma once

#include <node_api.h>
#include <uv.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "pgiam.h"

namespace pgiam::node {

struct Environment;
using EnvironmentPtr = std::shared_ptr<Environment>;

// Lines on their way to JavaScript.
class Log {
 public:
  struct Line {
    uint32_t context;
    int32_t level;
    std::string component, message;
  };

  bool open(uv_loop_t* loop, Environment* owner);
  void add(Line line);  // any thread
  std::vector<Line> take();
  bool is_empty() const { return !waiting_.load(std::memory_order_acquire); }
  // No line is taken any more.
  uv_handle_t* close();

 private:
  std::mutex mutex_;
  std::vector<Line> lines_;
  std::atomic<bool> waiting_ = false;
  bool is_open_ = false;
  uv_async_t wake_up_;
};

// A descriptor that the loop watches.
struct Watch {
  uv_poll_t poll;
  Environment* owner;
  napi_ref callback;
};

struct Context {
  pgiam_context* handle = nullptr;
  uint32_t id = 0;
  EnvironmentPtr owner;

  void free();
};

struct Environment : std::enable_shared_from_this<Environment> {
  explicit Environment(napi_env env) : env(env) {}

  const napi_env env;
  uv_loop_t* loop = nullptr;
  napi_async_context async = nullptr;
  napi_ref on_log = nullptr, on_question = nullptr;
  Log log;
  std::unordered_set<Watch*> watches;
  std::unordered_set<Context*> contexts;
  napi_async_cleanup_hook_handle cleanup = nullptr;
  std::size_t closing = 0;  // handles that the loop is about to let go
  EnvironmentPtr alive;     // until the last of them has gone, at the end

  void let_go();  // the loop has, of one

  // From the loop, outside all JavaScript: what comes after a callback, promises above all, runs,
  // too.
  void call(napi_ref function, const std::vector<napi_value>& arguments);
};

// The environment of the call that is under way on this thread, for what the library asks
// meanwhile.
Environment*& current();

EnvironmentPtr make_environment(napi_env env);  // nullptr, with an exception pending
Environment& environment_of(napi_env env);

// log.cc
void write_log(void* context, int32_t level, const char* component, const char* message);
napi_value take_log(
    Environment& environment);  // [context, level, component, message, …], or undefined

// watch.cc: readable once: the callback is called and goes on being called until unwatch.
napi_value watch(napi_env env, napi_callback_info info);
napi_value unwatch(napi_env env, napi_callback_info info);
void close(Watch* watch);

}  // namespace pgiam::node
