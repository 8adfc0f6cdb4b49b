#include <string_view>

#include "arguments.h"
#include "calls.h"
#include "library.h"
#include "reply.h"
#include "request.h"

namespace pgiam::node {
namespace {

void free_operation(pgiam_operation* operation) { api()->operation_free(operation); }
using Operation = Held<pgiam_operation, free_operation>;

bool is_still_running(pgiam_status status, const pgiam_error* error) {
  return status == PGIAM_E_TIMEOUT &&
         std::string_view(api()->error_text(error, PGIAM_ERROR_CODE)) == "still_running";
}

}  // namespace

// operationStart(context, request, flags)
napi_value operation_start(napi_env env, napi_callback_info info) {
  const Arguments<3> given(env, info);
  const Request request(env, given[1], given.flags(2));
  pgiam_operation* operation = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status =
      api()->operation_start(given.external<Context>(0).handle, request.get(), &operation, &error);
  if (status != PGIAM_OK) return raise(env, status, error);
  return Operation::hold(env, operation);
}

// -1: none is to be had.
napi_value operation_descriptor(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  int64_t descriptor = -1;
  api()->operation_descriptor(given.external<Operation>(0).handle, &descriptor, nullptr);
  return number(env, static_cast<double>(descriptor));
}

// operationResult(operation, wanted): undefined while it runs. Asks what there is to ask.
napi_value operation_result(napi_env env, napi_callback_info info) {
  const Arguments<2> given(env, info);
  pgiam_operation* const operation = given.external<Operation>(0).handle;
  if (!operation) return undefined(env);
  pgiam_reply* reply = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status = api()->operation_wait(operation, 0, &reply, &error);
  if (is_still_running(status, error)) {
    api()->error_free(error);
    return undefined(env);
  }
  if (status != PGIAM_OK) return raise(env, status, error);
  return take_reply(env, reply, static_cast<Wanted>(given.flags(1)));
}

napi_value operation_cancel(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  if (pgiam_operation* const operation = given.external<Operation>(0).handle)
    api()->operation_cancel(operation);
  return undefined(env);
}

napi_value operation_free(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  given.external<Operation>(0).free();
  return undefined(env);
}

}  // namespace pgiam::node
