// The library's calls, as lib/ makes them. What fails throws the facts of the error.
#pragma once

#include <node_api.h>

namespace pgiam::node {

// context.cc
napi_value context_new(napi_env env, napi_callback_info info);
napi_value context_free(napi_env env, napi_callback_info info);
napi_value before_connect(napi_env env, napi_callback_info info);
napi_value explain(napi_env env, napi_callback_info info);
napi_value parse_conninfo(napi_env env, napi_callback_info info);

// operation.cc
napi_value operation_start(napi_env env, napi_callback_info info);
napi_value operation_descriptor(napi_env env, napi_callback_info info);
napi_value operation_result(napi_env env, napi_callback_info info);
napi_value operation_cancel(napi_env env, napi_callback_info info);
napi_value operation_free(napi_env env, napi_callback_info info);

// attempt.cc
napi_value attempt_new(napi_env env, napi_callback_info info);
napi_value attempt_next(napi_env env, napi_callback_info info);
napi_value attempt_report(napi_env env, napi_callback_info info);
napi_value attempt_cancel(napi_env env, napi_callback_info info);
napi_value attempt_free(napi_env env, napi_callback_info info);

}  // namespace pgiam::node
