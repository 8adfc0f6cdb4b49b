// Before, after and around a connection, and what it rests on.
#include "abi/call_in_progress.h"
#include "abi/guard.h"
#include "abi/outcome.h"
#include "abi/request.h"

namespace pgiam {
namespace {

using Ask = Result<Reply> (*)(Flow& flow, const HostRequest& asked, const Flow::Begin& begin);

Result<Reply> ask_in_call(pgiam_context& context, const HostRequest& read, Ask ask) {
  std::optional<CallInProgress> call;
  return ask(context.wired.flow(), read, [&] { return call.emplace(context).stop(); });
}

// The host answers what it is asked on the way, on this thread.
Result<Reply> ask_with_questions(pgiam_context& context, HostRequest& read, Ask ask) {
  HostQuestions questions(context, context.wired.clock(), std::move(read.functions), [] {});
  read.request.host_link = &questions;
  const HostQuestions::OnThisThread asked_at_once(&questions);
  return ask_in_call(context, read, ask);
}

pgiam_status ask_flow(pgiam_context* context, const pgiam_request* given, pgiam_reply** out,
                      pgiam_error** error, Ask ask) {
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || out == nullptr) return invalid_argument("context or out is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    HostRequest read;
    auto is_read = read_request(*context, given, read);
    if (!is_read) return is_read;
    auto answer = read.functions.has_any() ? ask_with_questions(*context, read, ask)
                                           : ask_in_call(*context, read, ask);
    if (!answer) return answer.error();
    *out = make_reply(std::move(*answer)).release();
    return {};
  });
}

}  // namespace
}  // namespace pgiam

pgiam_status pgiam_before_connect(pgiam_context* context, const pgiam_request* request,
                                  pgiam_reply** out, pgiam_error** error) {
  using namespace pgiam;
  return ask_flow(context, request, out, error, [](Flow& flow, const auto& asked, const auto& begin) {
    return asked.no_wait ? at_hand(flow, asked.request) : flow.before_connect(asked.request, begin);
  });
}

pgiam_status pgiam_explain(pgiam_context* context, const pgiam_request* request, pgiam_reply** out,
                           pgiam_error** error) {
  using namespace pgiam;
  return ask_flow(context, request, out, error, [](Flow& flow, const auto& asked, const auto& begin) {
    return flow.explain(asked.request, begin());
  });
}

pgiam_status pgiam_credentials(pgiam_context* context, const pgiam_request* request,
                               pgiam_reply** out, pgiam_error** error) {
  using namespace pgiam;
  return ask_flow(context, request, out, error, [](Flow& flow, const auto& asked, const auto& begin) {
    return flow.credentials(asked.request, begin());
  });
}

pgiam_status pgiam_login(pgiam_context* context, const pgiam_request* request, pgiam_reply** out,
                         pgiam_error** error) {
  using namespace pgiam;
  return ask_flow(context, request, out, error, [](Flow& flow, const auto& asked, const auto& begin) {
    return flow.login(asked.request, begin());
  });
}

pgiam_status pgiam_after_connect(pgiam_context* context, const pgiam_reply* reply, int32_t outcome,
                                 const char* sqlstate, int32_t* advice) {
  using namespace pgiam;
  return guard(nullptr, [&]() -> Result<void> {
    if (context == nullptr || reply == nullptr) return invalid_argument("context or reply is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    if (!is_outcome(outcome)) return invalid_argument("outcome is none of PGIAM_OUTCOME_");
    ConnectionOutcome told;
    told.outcome = static_cast<Outcome>(outcome);
    told.sqlstate = view(sqlstate);
    const CallInProgress call(*context);
    const Advice given = context->wired.flow().after_connect(reply->reply, told);
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
    const auto told = read_outcome(outcome);
    if (!told) return told.error();
    Error explained = context->wired.flow().explain_refusal(reply->reply, *told);
    if (explained.status == Status::kNotApplicable) return explained;
    if (error != nullptr && *error == nullptr) *error = new pgiam_error(explained);
    return {};
  });
}
