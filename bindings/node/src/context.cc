#include "arguments.h"
#include "calls.h"
#include "library.h"
#include "reply.h"
#include "request.h"

namespace pgiam::node {

// contextNew(id, options, logLevel, asks, version)
napi_value context_new(napi_env env, napi_callback_info info) {
  const Arguments<5> given(env, info);
  auto context = std::make_unique<Context>();
  context->id = given.flags(0);
  context->owner = given.owner().shared_from_this();
  Texts texts(env);
  const std::vector<pgiam_option> options = texts.take_pairs(given[1]);
  pgiam_config config = PGIAM_CONFIG_INIT;
  config.host_name = "pgiam-node";
  config.host_version = texts.take(given[4]);
  config.options = options.data();
  config.option_count = options.size();
  config.log_level = static_cast<int32_t>(given.number(2));
  config.log = write_log;
  config.log_user_data = context.get();
  if (given.number(3) != 0) {
    config.ask = ask;
    config.ask_user_data = reinterpret_cast<void*>(static_cast<uintptr_t>(context->id));
  }
  pgiam_error* error = nullptr;
  const pgiam_status status = api()->context_new(&config, &context->handle, &error);
  if (status != PGIAM_OK) return raise(env, status, error);
  const auto forget = [](napi_env, void* data, void*) {
    const std::unique_ptr<Context> forgotten(static_cast<Context*>(data));
    forgotten->free();
  };
  given.owner().contexts.insert(context.get());
  napi_value result = nullptr;
  napi_create_external(env, context.release(), forget, nullptr, &result);
  return result;
}

napi_value context_free(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  given.external<Context>(0).free();
  return undefined(env);
}

// beforeConnect(context, request, flags, wanted): undefined where there is no answer at hand.
napi_value before_connect(napi_env env, napi_callback_info info) {
  const Arguments<4> given(env, info);
  const Request request(env, given[1], given.flags(2) | PGIAM_REQUEST_NO_WAIT);
  pgiam_reply* reply = nullptr;
  pgiam_context* const context = given.external<Context>(0).handle;
  if (!context || api()->before_connect(context, request.get(), &reply, nullptr) != PGIAM_OK)
    return undefined(env);
  return take_reply(env, reply, static_cast<Wanted>(given.flags(3)));
}

// explain(context, request): its JSON; without the network.
napi_value explain(napi_env env, napi_callback_info info) {
  const Arguments<2> given(env, info);
  const Request request(env, given[1], 0);
  pgiam_reply* reply = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status =
      api()->explain(given.external<Context>(0).handle, request.get(), &reply, &error);
  if (status != PGIAM_OK) return raise(env, status, error);
  const napi_value result = text(env, api()->reply_text(reply, PGIAM_REPLY_EXPLANATION));
  api()->reply_free(reply);
  return result;
}

// parseConninfo(text): [key, value, …]
napi_value parse_conninfo(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  Texts texts(env);
  pgiam_conninfo* parsed = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status = api()->conninfo_parse(texts.take(given[0]), &parsed, &error);
  if (status != PGIAM_OK) return raise(env, status, error);
  const napi_value result = params(
      env, [&](std::size_t i, pgiam_param* out) { return api()->conninfo_at(parsed, i, out); });
  api()->conninfo_free(parsed);
  return result;
}

}  // namespace pgiam::node
