// What a reply tells.
#include "abi/guard.h"

namespace {

using namespace pgiam;

// As pgiam_facts has them.
Secret texts_of(const pgiam_reply* reply) {
  const std::size_t params = reply->reply.param_count();
  std::vector<std::string_view> texts;
  texts.reserve(2 * params + 6);
  for (std::size_t i = 0; i < params; ++i) {
    const Param param = reply->reply.param(i);
    texts.emplace_back(param.key);
    texts.emplace_back(param.value);
  }
  for (const int32_t field : {PGIAM_REPLY_SIGNING_HOST, PGIAM_REPLY_REGION, PGIAM_REPLY_TARGET,
                              PGIAM_REPLY_PROVIDER, PGIAM_REPLY_PRINCIPAL, PGIAM_REPLY_RULE})
    texts.emplace_back(pgiam_reply_text(reply, field));
  std::size_t size = texts.size();
  for (const std::string_view text : texts) size += text.size();
  SecretBuilder builder(size);
  for (const std::string_view text : texts) {
    builder += text;
    builder += std::string_view("", 1);
  }
  return std::move(builder).finish();
}

int64_t unix_ms(Time time) { return time.time_since_epoch().count(); }

}  // namespace

std::unique_ptr<pgiam_reply> pgiam::make_reply(Reply answer) {
  std::unique_ptr<pgiam_reply> reply(new pgiam_reply{std::move(answer), {}, {}});
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

pgiam_status pgiam_reply_facts(const pgiam_reply* reply, pgiam_facts* out) {
  if (reply == nullptr || !can_be_filled(out)) return PGIAM_E_INVALID_ARGUMENT;
  const auto number = [reply](int32_t field) { return pgiam_reply_number(reply, field); };
  return guard(nullptr, [&]() -> Result<void> {
    if (reply->texts.empty()) reply->texts = texts_of(reply);
    pgiam_facts filled{};
    filled.from_cache = static_cast<uint32_t>(number(PGIAM_REPLY_FROM_CACHE));
    filled.token_expires_at = number(PGIAM_REPLY_TOKEN_EXPIRES_AT);
    filled.credentials_expires_at = number(PGIAM_REPLY_CREDENTIALS_EXPIRES_AT);
    filled.signing_port = static_cast<uint32_t>(number(PGIAM_REPLY_SIGNING_PORT));
    filled.param_count = static_cast<uint32_t>(reply->reply.param_count());
    filled.warning_count = static_cast<uint32_t>(reply->warnings.size());
    filled.texts = reply->texts.reveal_c_str();
    filled.texts_size = reply->texts.size();
    copy_out(filled, out);
    return {};
  });
}

const pgiam_error* pgiam_reply_warning(const pgiam_reply* reply, size_t index) {
  return reply != nullptr && index < reply->warnings.size() ? &reply->warnings[index] : nullptr;
}

void pgiam_reply_free(pgiam_reply* reply) { delete reply; }
