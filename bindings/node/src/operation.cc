#include "arguments.h"
#include "calls.h"
#include "library.h"
#include "reply.h"
#include "request.h"

namespace pgiam::node {
namespace {

void free_operation(pgiam_operation* operation) { api()->operation_free(operation); }
using Operation = Held<pgiam_operation, free_operation>;

// Where a time-out is the result, which is handed over once, and not that of the wait.
bool has_ended(pgiam_operation* operation, pgiam_reply** reply, pgiam_status* status,
               pgiam_error** error) {
  if (*status != PGIAM_E_TIMEOUT) return true;
  pgiam_error* again = nullptr;
  const pgiam_status second = api()->operation_wait(operation, 0, reply, &again);
  if (second == PGIAM_E_INVALID_STATE || second == PGIAM_E_TIMEOUT) {
    api()->error_free(again);
    return second == PGIAM_E_INVALID_STATE;
  }
  api()->error_free(*error);
  *error = again;
  *status = second;
  return true;
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
  pgiam_status status = api()->operation_wait(operation, 0, &reply, &error);
  if (!has_ended(operation, &reply, &status, &error)) {
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
