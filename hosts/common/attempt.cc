#include "attempt.h"

#include <cstring>

#include "plugin.h"

namespace pgiam::host {

Result<Attempt> Attempt::create(Context& context, const pgiam_request& request) {
  const pgiam_api* api = plugin_api();
  pgiam_attempt* attempt = nullptr;
  pgiam_error* error = nullptr;
  const pgiam_status status = api->attempt_new(context.get(), &request, &attempt, &error);
  if (status != PGIAM_OK) return Error(api, status, error);
  return Attempt(api, attempt);
}

Result<int> Attempt::next() {
  pgiam_step step = PGIAM_STEP_INIT;
  pgiam_error* error = nullptr;
  const pgiam_status status = api_->attempt_next(attempt_.get(), &step, &error);
  if (status != PGIAM_OK) return Error(api_, status, error);
  return static_cast<int>(step.kind);
}

std::vector<pgiam_param> Attempt::params() const {
  std::vector<pgiam_param> params;
  pgiam_param param = PGIAM_PARAM_INIT;
  for (std::size_t i = 0; api_->attempt_param(attempt_.get(), i, &param) == PGIAM_OK; ++i)
    if (strcmp(param.key, "password") != 0) params.push_back(param);
  return params;
}

pgiam_host Attempt::host(std::size_t index) const noexcept {
  pgiam_host host = PGIAM_HOST_INIT;
  api_->attempt_host(attempt_.get(), index, &host);
  return host;
}

const char* Attempt::password(std::size_t index) const noexcept { return host(index).password; }

bool Attempt::may_be_ours(std::size_t index) const noexcept {
  return !(host(index).flags & PGIAM_HOST_NOT_OURS);
}

std::string_view Attempt::other_name(std::size_t index) const noexcept {
  const pgiam_host found = host(index);
  if (!found.dial_host || strcmp(found.dial_host, found.host) == 0) return {};
  const std::string_view dialled = found.dial_host;  // as often as it has addresses
  return dialled.substr(0, dialled.find(','));
}

bool Attempt::report(const pgiam_outcome& outcome) {
  return api_->attempt_report(attempt_.get(), &outcome) == PGIAM_OK;
}

Error Attempt::refresh(std::size_t index) {
  pgiam_error* error = nullptr;
  const pgiam_status status = api_->attempt_refresh(attempt_.get(), index, &error);
  return Error(api_, status, error);
}

Error Attempt::explain(Context& context, std::size_t index, const pgiam_outcome& outcome) const {
  const pgiam_reply* reply = host(index).reply;
  if (!reply) return Error(api_, PGIAM_NOT_APPLICABLE, nullptr);
  pgiam_error* error = nullptr;
  const pgiam_status status = api_->explain_refusal(context.get(), reply, &outcome, &error);
  return Error(api_, status == PGIAM_OK ? api_->error_status(error) : status, error);
}

void Attempt::restart() { api_->attempt_restart(attempt_.get(), nullptr); }

}  // namespace pgiam::host
