// What a reply tells.
#include "abi/guard.h"

namespace {

using namespace pgiam;

int64_t unix_ms(Time time) { return time.time_since_epoch().count(); }

}  // namespace

std::unique_ptr<pgiam_reply> pgiam::make_reply(Reply answer) {
  std::unique_ptr<pgiam_reply> reply(new pgiam_reply{std::move(answer), {}});
  for (const Error& warning : reply->reply.plan().warnings) reply->warnings.emplace_back(warning);
  return reply;
}

size_t pgiam_reply_param_count(const pgiam_reply* reply) {
  return reply == nullptr ? 0 : reply->reply.param_count();
}

pgiam_status pgiam_reply_param(const pgiam_reply* reply, size_t index, pgiam_param* out) {
  if (reply == nullptr || !can_be_filled(out)) return PGIAM_E_INVALID_ARGUMENT;
  if (index >= pgiam_reply_param_count(reply)) return PGIAM_E_INVALID_ARGUMENT;
  const Param param = reply->reply.param(index);
  pgiam_param filled{};
  filled.flags = param.secret ? PGIAM_PARAM_SECRET : 0;
  filled.key = param.key;
  filled.value = param.value;
  copy_out(filled, out);
  return PGIAM_OK;
}

const char* pgiam_reply_text(const pgiam_reply* reply, int32_t field) {
  if (reply == nullptr) return "";
  const pgiam::Reply& facts = reply->reply;
  const pgiam::Plan& plan = facts.plan();
  switch (field) {
    case PGIAM_REPLY_PROVIDER:
      return facts.provider();
    case PGIAM_REPLY_PRINCIPAL:
      return facts.principal().c_str();
    case PGIAM_REPLY_TARGET:
      return plan.target().name.c_str();
    case PGIAM_REPLY_REGION:
      return plan.target().fact("region");
    case PGIAM_REPLY_SIGNING_HOST:
      return plan.target().host.c_str();
    case PGIAM_REPLY_RULE:
      return plan.rule.c_str();
    case PGIAM_REPLY_WARNING:
      return plan.warning_lines.c_str();
    case PGIAM_REPLY_EXPLANATION:
      return facts.explanation();
    default:
      return "";
  }
}

int64_t pgiam_reply_number(const pgiam_reply* reply, int32_t field) {
  if (reply == nullptr) return 0;
  const pgiam::Reply& facts = reply->reply;
  const pgiam::KeptSecret* secret = facts.secret().get();
  switch (field) {
    case PGIAM_REPLY_TOKEN_EXPIRES_AT:
      return facts.password() != nullptr ? unix_ms(facts.password()->expires_at) : 0;
    case PGIAM_REPLY_CREDENTIALS_EXPIRES_AT:
      return secret && secret->expires_at ? unix_ms(*secret->expires_at) : 0;
    case PGIAM_REPLY_FROM_CACHE:
      return facts.from_cache() ? 1 : 0;
    case PGIAM_REPLY_SIGNING_PORT:
      return facts.plan().target().port;
    default:
      return 0;
  }
}

const pgiam_error* pgiam_reply_warning(const pgiam_reply* reply, size_t index) {
  return reply != nullptr && index < reply->warnings.size() ? &reply->warnings[index] : nullptr;
}

void pgiam_reply_free(pgiam_reply* reply) { delete reply; }
