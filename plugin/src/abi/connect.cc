// Before, after and around a connection, and what it rests on.
#include "abi/guard.h"

namespace pgiam {
namespace {

class CallInProgress {
 public:
  explicit CallInProgress(pgiam_context& context)
      : context_(context), ticket_(context.calls.begin()) {}
  CallInProgress(const CallInProgress&) = delete;
  CallInProgress& operator=(const CallInProgress&) = delete;
  ~CallInProgress() { context_.calls.end(ticket_); }
  std::stop_token stop() const { return ticket_.stop; }

 private:
  pgiam_context& context_;
  const ActiveCalls::Ticket ticket_;
};

constexpr std::uint32_t kKnownFlags =
    PGIAM_REQUEST_REFRESH | PGIAM_REQUEST_NO_INTERACTION | PGIAM_REQUEST_RESOLVE;

Result<Request> read_request(const pgiam_request* given) {
  if (given == nullptr) return invalid_argument("request is NULL");
  const auto raw = copy_in(given, "request");
  if (!raw) return raw.error();
  if ((raw->flags & ~kKnownFlags) != 0 || raw->reserved != 0)
    return make_error(Status::kUnsupported, "request has flags that this version does not know");
  if (raw->port > 65535) return invalid_argument("request.port is larger than 65535");
  if (raw->timeout_ms < 0) return invalid_argument("request.timeout_ms is negative");
  if (raw->options == nullptr && raw->option_count > 0)
    return invalid_argument("request.options is NULL, but option_count is not 0");

  Request request;
  request.host = view(raw->host);
  request.user = view(raw->user);
  request.database = view(raw->database);
  request.password = view(raw->password);
  request.sslmode = view(raw->sslmode);
  request.port = static_cast<std::uint16_t>(raw->port);
  request.timeout = Milliseconds{raw->timeout_ms};
  request.refresh = (raw->flags & PGIAM_REQUEST_REFRESH) != 0;
  request.no_interaction = (raw->flags & PGIAM_REQUEST_NO_INTERACTION) != 0;
  request.resolve = (raw->flags & PGIAM_REQUEST_RESOLVE) != 0;
  for (std::size_t i = 0; i < raw->option_count; ++i) {
    if (view(raw->options[i].key).empty()) return invalid_argument("an option has no key");
    request.options.emplace_back(raw->options[i].key, view(raw->options[i].value));
  }
  return request;
}

// A request with text of its own, for an operation that outlives the caller's.
class OwnedRequest {
 public:
  explicit OwnedRequest(const Request& request)
      : text_{std::string(request.host), std::string(request.user), std::string(request.database),
              std::string(request.sslmode)},
        password_(request.password),
        request_(request) {
    request_.host = text_[0];
    request_.user = text_[1];
    request_.database = text_[2];
    request_.sslmode = text_[3];
    request_.password = password_.reveal();
    for (const auto& [key, value] : request.options) options_.emplace_back(key, value);
    request_.options.assign(options_.begin(), options_.end());
  }
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;
  const Request& request() const { return request_; }

 private:
  const std::string text_[4];
  const Secret password_;
  std::vector<std::pair<std::string, std::string>> options_;
  Request request_;
};

using FlowFunction = Result<Reply> (Flow::*)(const Request&, std::stop_token);

pgiam_status ask_flow(FlowFunction function, pgiam_context* context, const pgiam_request* given,
                      pgiam_reply** out, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || out == nullptr) return invalid_argument("context or out is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    const auto request = read_request(given);
    if (!request) return request.error();
    const CallInProgress call(*context);
    auto reply = (context->wired.flow().*function)(*request, call.stop());
    if (!reply) return reply.error();
    *out = new pgiam_reply{std::move(*reply)};
    return {};
  });
}

}  // namespace
}  // namespace pgiam

pgiam_status pgiam_before_connect(pgiam_context* context, const pgiam_request* request,
                                  pgiam_reply** out, pgiam_error** error) {
  return pgiam::ask_flow(&pgiam::Flow::before_connect, context, request, out, error);
}

pgiam_status pgiam_explain(pgiam_context* context, const pgiam_request* request, pgiam_reply** out,
                           pgiam_error** error) {
  return pgiam::ask_flow(&pgiam::Flow::explain, context, request, out, error);
}

pgiam_status pgiam_credentials(pgiam_context* context, const pgiam_request* request,
                               pgiam_reply** out, pgiam_error** error) {
  return pgiam::ask_flow(&pgiam::Flow::credentials, context, request, out, error);
}

pgiam_status pgiam_login(pgiam_context* context, const pgiam_request* request, pgiam_reply** out,
                         pgiam_error** error) {
  return pgiam::ask_flow(&pgiam::Flow::login, context, request, out, error);
}

pgiam_status pgiam_after_connect(pgiam_context* context, const pgiam_reply* reply, int32_t outcome,
                                 const char* sqlstate, int32_t* advice) {
  using namespace pgiam;
  return guard(nullptr, [&]() -> Result<void> {
    if (context == nullptr || reply == nullptr) return invalid_argument("context or reply is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    if (outcome < PGIAM_OUTCOME_CONNECTED || outcome > PGIAM_OUTCOME_OTHER)
      return invalid_argument("outcome is none of PGIAM_OUTCOME_");
    // A host that knows the SQLSTATE but not what to make of it may leave that to us.
    if (outcome == PGIAM_OUTCOME_OTHER && view(sqlstate).starts_with("28"))
      outcome = PGIAM_OUTCOME_AUTH_FAILED;
    const CallInProgress call(*context);
    const Advice given =
        context->wired.flow().after_connect(reply->reply, static_cast<Outcome>(outcome));
    if (advice != nullptr) *advice = static_cast<int32_t>(given);
    return {};
  });
}

pgiam_status pgiam_before_connect_start(pgiam_context* context, const pgiam_request* given,
                                        pgiam_done_fn done, void* user_data, pgiam_operation** out,
                                        pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || out == nullptr) return invalid_argument("context or out is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    const auto request = read_request(given);
    if (!request) return request.error();
    auto owned = std::make_shared<const OwnedRequest>(*request);
    auto operation = std::make_unique<pgiam_operation>();
    // Ends when the operation's thread lets go of it, after `done`.
    auto call = std::make_shared<const CallInProgress>(*context);
    const std::stop_token stop = call->stop();
    operation->operation.emplace(
        [context, owned](std::stop_token stop) {
          return context->wired.flow().before_connect(owned->request(), std::move(stop));
        },
        [context, call = std::move(call), done, user_data] {
          if (done == nullptr) return;
          const InsideCallback mark(*context);
          done(user_data);
        },
        stop);
    *out = operation.release();
    return {};
  });
}

pgiam_status pgiam_operation_wait(pgiam_operation* operation, int64_t timeout_ms, pgiam_reply** out,
                                  pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (operation == nullptr || out == nullptr) return invalid_argument("operation or out is NULL");
    auto outcome = operation->operation->wait(Milliseconds{timeout_ms});
    if (!outcome) return make_error(Status::kTimeout, "the operation is still running");
    if (!*outcome) return outcome->error();
    *out = new pgiam_reply{std::move(**outcome)};
    return {};
  });
}

void pgiam_operation_cancel(pgiam_operation* operation) {
  if (operation != nullptr) operation->operation->cancel();
}

void pgiam_operation_free(pgiam_operation* operation) { delete operation; }
