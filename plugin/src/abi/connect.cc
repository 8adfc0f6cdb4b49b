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

template <typename Ask>
pgiam_status ask_flow(pgiam_context* context, const pgiam_request* given, pgiam_reply** out,
                      pgiam_error** error, Ask ask) {
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || out == nullptr) return invalid_argument("context or out is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    const auto request = read_request(given);
    if (!request) return request.error();
    std::optional<CallInProgress> call;
    const auto begin = [&] { return call.emplace(*context).stop(); };
    auto reply = ask(context->wired.flow(), *request, begin);
    if (!reply) return reply.error();
    *out = new pgiam_reply{std::move(*reply)};
    return {};
  });
}

}  // namespace
}  // namespace pgiam

pgiam_status pgiam_before_connect(pgiam_context* context, const pgiam_request* request,
                                  pgiam_reply** out, pgiam_error** error) {
  return pgiam::ask_flow(context, request, out, error,
                         [](auto& flow, const auto& asked, const auto& begin) {
                           return flow.before_connect(asked, begin);
                         });
}

pgiam_status pgiam_explain(pgiam_context* context, const pgiam_request* request, pgiam_reply** out,
                           pgiam_error** error) {
  return pgiam::ask_flow(context, request, out, error,
                         [](auto& flow, const auto& asked, const auto& begin) {
                           return flow.explain(asked, begin());
                         });
}

pgiam_status pgiam_credentials(pgiam_context* context, const pgiam_request* request,
                               pgiam_reply** out, pgiam_error** error) {
  return pgiam::ask_flow(context, request, out, error,
                         [](auto& flow, const auto& asked, const auto& begin) {
                           return flow.credentials(asked, begin());
                         });
}

pgiam_status pgiam_login(pgiam_context* context, const pgiam_request* request, pgiam_reply** out,
                         pgiam_error** error) {
  return pgiam::ask_flow(context, request, out, error,
                         [](auto& flow, const auto& asked, const auto& begin) {
                           return flow.login(asked, begin());
                         });
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

pgiam_status pgiam_explain_refusal(pgiam_context* context, const pgiam_reply* reply,
                                   const pgiam_outcome* outcome, pgiam_error** error) {
  using namespace pgiam;
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || reply == nullptr || outcome == nullptr)
      return invalid_argument("context, reply or outcome is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    const auto given = copy_in(outcome, "outcome");
    if (!given) return given.error();
    return make_error(Status::kNotApplicable, "the failure has nothing to do with the password");
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
          return context->wired.flow().before_connect(owned->request(), [&] { return stop; });
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
