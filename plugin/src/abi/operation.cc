// The asynchronous form of before_connect.
#include "abi/guard.h"
#include "abi/pending_answer.h"
#include "abi/request.h"

namespace pgiam {
namespace {

Result<pgiam_operation*> start(pgiam_context* context, const pgiam_request* given,
                               pgiam_done_fn done, void* user_data) {
  if (inside_callback_of(context)) return called_from_callback();
  HostRequest read;
  if (auto is_read = read_request(*context, given, read); !is_read) return is_read.error();
  if (done != nullptr) {  // who waits for that looks at no questions
    if (read.functions.credentials != nullptr)
      return make_error(Status::kUnsupported, "a done function and a host's own credentials",
                        "use pgiam_operation_start, and watch its descriptor");
    read.functions = {};
  }
  auto operation = std::make_unique<pgiam_operation>();
  operation->request.emplace(read.request);
  operation->answer.emplace(*context, read.request, std::move(read.functions), operation->event,
                            std::stop_token(), done, user_data);
  return operation.release();
}

// By its code it is no time-out of the request's, which is a result.
Error still_running() {
  Error error = make_error(Status::kTimeout, "the operation is still running");
  error.code = "still_running";
  return error;
}

}  // namespace
}  // namespace pgiam

pgiam_status pgiam_before_connect_start(pgiam_context* context, const pgiam_request* given,
                                        pgiam_done_fn done, void* user_data, pgiam_operation** out,
                                        pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || out == nullptr) return invalid_argument("context or out is NULL");
    const auto started = start(context, given, done, user_data);
    if (!started) return started.error();
    *out = *started;
    return {};
  });
}

pgiam_status pgiam_operation_start(pgiam_context* context, const pgiam_request* given,
                                   pgiam_operation** out, pgiam_error** error) {
  return pgiam_before_connect_start(context, given, nullptr, nullptr, out, error);
}

pgiam_status pgiam_operation_descriptor(pgiam_operation* operation, int64_t* out,
                                        pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (operation == nullptr || out == nullptr) return invalid_argument("operation or out is NULL");
    const auto descriptor = operation->event->descriptor();
    if (!descriptor) return descriptor.error();
    *out = *descriptor;
    return {};
  });
}

pgiam_status pgiam_operation_wait(pgiam_operation* operation, int64_t timeout_ms, pgiam_reply** out,
                                  pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (operation == nullptr || out == nullptr) return invalid_argument("operation or out is NULL");
    auto outcome = operation->answer->wait(Milliseconds{timeout_ms});
    if (!outcome) return still_running();
    if (!*outcome) return outcome->error();
    *out = make_reply(std::move(**outcome)).release();
    return {};
  });
}

void pgiam_operation_cancel(pgiam_operation* operation) {
  if (operation != nullptr) operation->answer->cancel();
}

void pgiam_operation_free(pgiam_operation* operation) { delete operation; }
