#include "arguments.h"
#include "calls.h"
#include "library.h"
#include "reply.h"
#include "request.h"

namespace pgiam::node {
namespace {

void free_attempt(pgiam_attempt* attempt) { api()->attempt_free(attempt); }
using Attempt = Held<pgiam_attempt, free_attempt>;

const char* kind_of(int32_t kind) {
  switch (kind) {
    case PGIAM_STEP_WAIT:
      return "wait";
    case PGIAM_STEP_CONNECT:
      return "connect";
    default:
      return "done";
  }
}

}  // namespace

// attemptNew(context, request, flags)
napi_value attempt_new(napi_env env, napi_callback_info info) {
  const Arguments<3> given(env, info);
  const Request request(env, given[1], given.flags(2) | PGIAM_REQUEST_NO_WAIT);
  pgiam_attempt* attempt = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status =
      api()->attempt_new(given.external<Context>(0).handle, request.get(), &attempt, &error);
  if (status != PGIAM_OK) return raise(env, status, error);
  return Attempt::hold(env, attempt);
}

// attemptNext(attempt): {kind, descriptor, waitMs, params}
napi_value attempt_next(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  pgiam_attempt* const attempt = given.external<Attempt>(0).handle;
  pgiam_step step = PGIAM_STEP_INIT;
  pgiam_error* error = nullptr;
  const pgiam_status status = api()->attempt_next(attempt, &step, &error);
  if (status != PGIAM_OK) return raise(env, status, error);
  const napi_value result = object(env);
  set(env, result, "kind", text(env, kind_of(step.kind)));
  set(env, result, "descriptor", number(env, static_cast<double>(step.descriptor)));
  set(env, result, "waitMs", number(env, static_cast<double>(step.wait_ms)));
  if (step.kind == PGIAM_STEP_CONNECT) {
    const auto at = [&](std::size_t i, pgiam_param* out) {
      return api()->attempt_param(attempt, i, out);
    };
    set(env, result, "params", params(env, at));
  }
  return result;
}

// attemptReport(attempt, connected, sqlstate, message)
napi_value attempt_report(napi_env env, napi_callback_info info) {
  const Arguments<4> given(env, info);
  Texts texts(env);
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = given.number(1) != 0 ? PGIAM_OUTCOME_CONNECTED : PGIAM_OUTCOME_OTHER;
  outcome.sqlstate = texts.take(given[2]);
  outcome.message = texts.take(given[3]);
  api()->attempt_report(given.external<Attempt>(0).handle, &outcome);
  return undefined(env);
}

napi_value attempt_cancel(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  if (pgiam_attempt* const attempt = given.external<Attempt>(0).handle)
    api()->attempt_cancel(attempt);
  return undefined(env);
}

napi_value attempt_free(napi_env env, napi_callback_info info) {
  const Arguments<1> given(env, info);
  given.external<Attempt>(0).free();
  return undefined(env);
}

}  // namespace pgiam::node
