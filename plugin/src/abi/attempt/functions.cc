// pgiam_attempt_*, as C calls them.
#include "abi/attempt/attempt.h"
#include "abi/guard.h"

using namespace pgiam;

pgiam_status pgiam_attempt_new(pgiam_context* context, const pgiam_request* given,
                               pgiam_attempt** out, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (context == nullptr || out == nullptr) return invalid_argument("context or out is NULL");
    if (inside_callback_of(context)) return called_from_callback();
    HostRequest read;
    auto is_read = read_request_for_list(*context, given, read);
    if (!is_read) return is_read;
    const std::string one_port = read.request.port ? std::to_string(read.request.port) : "";
    auto hosts = pair_hosts(read.host, read.hostaddr, one_port.empty() ? read.port : one_port);
    if (!hosts) return hosts.error();
    if (!read.host_passwords.empty() && read.host_passwords.size() != hosts->size())
      return invalid_argument("request.host_passwords are not one for each host");
    *out = new pgiam_attempt(*context, read, std::move(*hosts));
    return {};
  });
}

pgiam_status pgiam_attempt_next(pgiam_attempt* attempt, pgiam_step* step, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (attempt == nullptr || !can_be_filled(step))
      return invalid_argument("attempt or step is NULL, or step->struct_size is not set");
    if (inside_callback_of(&attempt->context())) return called_from_callback();
    const auto next = attempt->next();
    if (!next) return next.error();
    copy_out(*next, step);
    return {};
  });
}

pgiam_status pgiam_attempt_param(const pgiam_attempt* attempt, size_t index, pgiam_param* param) {
  pgiam_param filled{};
  if (attempt == nullptr || !can_be_filled(param) || !attempt->fill(index, filled))
    return PGIAM_E_INVALID_ARGUMENT;
  copy_out(filled, param);
  return PGIAM_OK;
}

pgiam_status pgiam_attempt_host(const pgiam_attempt* attempt, size_t index, pgiam_host* host) {
  pgiam_host filled{};
  if (attempt == nullptr || !can_be_filled(host) || !attempt->fill(index, filled))
    return PGIAM_E_INVALID_ARGUMENT;
  copy_out(filled, host);
  return PGIAM_OK;
}

pgiam_status pgiam_attempt_report(pgiam_attempt* attempt, const pgiam_outcome* outcome) {
  return guard(nullptr, [&]() -> Result<void> {
    if (attempt == nullptr || outcome == nullptr)
      return invalid_argument("attempt or outcome is NULL");
    if (inside_callback_of(&attempt->context())) return called_from_callback();
    Given<pgiam_outcome> given;
    auto is_read = given.read(outcome, "outcome");
    if (!is_read) return is_read;
    return attempt->report(*given);
  });
}

pgiam_status pgiam_attempt_refresh(pgiam_attempt* attempt, size_t index, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (attempt == nullptr) return invalid_argument("attempt is NULL");
    if (inside_callback_of(&attempt->context())) return called_from_callback();
    return attempt->refresh(index);
  });
}

pgiam_status pgiam_attempt_restart(pgiam_attempt* attempt, pgiam_error** error) {
  return guard(error, [&]() -> Result<void> {
    if (attempt == nullptr) return invalid_argument("attempt is NULL");
    attempt->restart();
    return {};
  });
}

void pgiam_attempt_cancel(pgiam_attempt* attempt) {
  if (attempt != nullptr) attempt->cancel();
}

void pgiam_attempt_free(pgiam_attempt* attempt) { delete attempt; }
