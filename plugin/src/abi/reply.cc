// What a reply tells.
#include "abi/guard.h"

namespace {

using namespace pgiam;

int64_t unix_ms(Time time) { return time.time_since_epoch().count(); }

const char* value_in(const Params& params, std::string_view key) {
  for (const Param& param : params)
    if (param.key == key) return param.value;
  return "";
}

}  // namespace

Result<std::unique_ptr<pgiam_reply>> pgiam::make_reply(Reply answer, const Request& request) {
  auto reply = std::make_unique<pgiam_reply>(pgiam_reply{std::move(answer), {}, {}});
  if (reply->reply.password() != nullptr) {
    const Params& params = reply->reply.params();
    const char* sslmode = value_in(params, "sslmode");
    const bool is_token = reply->reply.file() == nullptr || *sslmode != '\0';
    PasswordDemands demands = demands_of(reply->reply.plan(), is_token);
    demands.sslmode = sslmode;
    demands.sslrootcert = value_in(params, "sslrootcert");
    auto settings = settings_for(request, demands);
    if (!settings) return settings.error();
    reply->settings = std::move(*settings);
  }
  for (const Error& warning : reply->reply.plan().warnings) reply->warnings.emplace_back(warning);
  return reply;
}

size_t pgiam_reply_param_count(const pgiam_reply* reply) {
  if (reply == nullptr) return 0;
  return reply->reply.password() ? 1 + reply->settings.size() : reply->reply.params().size();
}

pgiam_status pgiam_reply_param(const pgiam_reply* reply, size_t index, pgiam_param* out) {
  if (reply == nullptr || !can_be_filled(out)) return PGIAM_E_INVALID_ARGUMENT;
  if (index >= pgiam_reply_param_count(reply)) return PGIAM_E_INVALID_ARGUMENT;
  pgiam_param filled{};
  if (reply->reply.password() && index > 0) {
    filled.key = reply->settings[index - 1].key.c_str();
    filled.value = reply->settings[index - 1].value.c_str();
  } else {
    const Param param = reply->reply.params()[index];
    filled.flags = param.secret ? PGIAM_PARAM_SECRET : 0;
    filled.key = param.key;
    filled.value = param.value;
  }
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
