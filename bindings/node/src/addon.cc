// pgiam's addon for Node: the library's calls, none of which waits, and a descriptor for the event
// loop to watch. What a program calls is in lib/.
#include "arguments.h"
#include "calls.h"
#include "library.h"
#include "request.h"

namespace pgiam::node {
namespace {

// load(file): {error} of a file that cannot be loaded, {} of another's, {major, minor, isOurs}
napi_value load_library(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  Texts texts(env);
  const Found found = load(texts.take(given[0]));
  const napi_value result = object(env);
  if (!found.why_not.empty()) set(env, result, "error", text(env, found.why_not.c_str()));
  if (!found.is_pgiam) return result;
  set(env, result, "major", number(env, found.abi_version >> 16));
  set(env, result, "minor", number(env, found.abi_version & 0xffff));
  set(env, result, "isOurs", boolean(env, found.is_ours));
  return result;
}

napi_value version(napi_env env, napi_callback_info) { return text(env, api()->version()); }

// The keys of the library's options, in its order.
napi_value option_keys(napi_env env, napi_callback_info) {
  std::vector<napi_value> keys;
  for (std::size_t i = 0;; ++i) {
    pgiam_option_info option = PGIAM_OPTION_INFO_INIT;
    if (api()->option_at(i, &option) != PGIAM_OK) return list(env, keys);
    keys.push_back(text(env, option.key));
  }
}

// setHandlers(onLog(lines), onQuestion(id, prompt, question))
napi_value set_handlers(napi_env env, napi_callback_info info) {
  const Arguments<2> given(env, info);
  napi_create_reference(env, given[0], 1, &given.owner().on_log);
  napi_create_reference(env, given[1], 1, &given.owner().on_question);
  return undefined(env);
}

napi_value take_lines(napi_env env, napi_callback_info) { return take_log(environment_of(env)); }

// The numbers that lib/ has to know, by their names in pgiam.h.
napi_value constants(napi_env env) {
  const napi_value result = object(env);
#define PGIAM_NODE_CONSTANT(name) set(env, result, #name, number(env, PGIAM_##name))
  PGIAM_NODE_CONSTANT(ABI_MAJOR);
  PGIAM_NODE_CONSTANT(ABI_MINOR);
  PGIAM_NODE_CONSTANT(E_INTERNAL);
  PGIAM_NODE_CONSTANT(E_NO_MEMORY);
  PGIAM_NODE_CONSTANT(E_INVALID_ARGUMENT);
  PGIAM_NODE_CONSTANT(E_INVALID_STATE);
  PGIAM_NODE_CONSTANT(E_UNSUPPORTED);
  PGIAM_NODE_CONSTANT(E_TARGET);
  PGIAM_NODE_CONSTANT(E_INSECURE);
  PGIAM_NODE_CONSTANT(E_NO_CREDENTIALS);
  PGIAM_NODE_CONSTANT(E_LOGIN_REQUIRED);
  PGIAM_NODE_CONSTANT(E_LOGIN_DECLINED);
  PGIAM_NODE_CONSTANT(E_DENIED);
  PGIAM_NODE_CONSTANT(E_BAD_CONFIG);
  PGIAM_NODE_CONSTANT(E_NETWORK);
  PGIAM_NODE_CONSTANT(E_TIMEOUT);
  PGIAM_NODE_CONSTANT(E_CANCELLED);
  PGIAM_NODE_CONSTANT(E_THROTTLED);
  PGIAM_NODE_CONSTANT(E_BAD_RESPONSE);
  PGIAM_NODE_CONSTANT(E_WOULD_BLOCK);
  PGIAM_NODE_CONSTANT(E_CONNECT);
  PGIAM_NODE_CONSTANT(LOG_ERROR);
  PGIAM_NODE_CONSTANT(LOG_WARN);
  PGIAM_NODE_CONSTANT(LOG_INFO);
  PGIAM_NODE_CONSTANT(LOG_DEBUG);
#undef PGIAM_NODE_CONSTANT
  return result;
}

}  // namespace
}  // namespace pgiam::node

NAPI_MODULE_INIT() {
  using namespace pgiam::node;
  if (!make_environment(env)) return nullptr;
  static constexpr struct {
    const char* name;
    napi_callback function;
  } kFunctions[] = {
      {"load", load_library},
      {"version", version},
      {"optionKeys", option_keys},
      {"setHandlers", set_handlers},
      {"takeLog", take_lines},
      {"parseConninfo", parse_conninfo},
      {"contextNew", context_new},
      {"contextFree", context_free},
      {"beforeConnect", before_connect},
      {"explain", explain},
      {"operationStart", operation_start},
      {"operationDescriptor", operation_descriptor},
      {"operationResult", operation_result},
      {"operationCancel", operation_cancel},
      {"operationFree", operation_free},
      {"attemptNew", attempt_new},
      {"attemptNext", attempt_next},
      {"attemptReport", attempt_report},
      {"attemptCancel", attempt_cancel},
      {"attemptFree", attempt_free},
      {"questionAnswer", question_answer},
      {"questionDecline", question_decline},
      {"watch", watch},
      {"unwatch", unwatch},
  };
  for (const auto& [name, function] : kFunctions) {
    napi_value value = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
  set(env, exports, "constants", constants(env));
  return exports;
}
