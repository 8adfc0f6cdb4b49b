#include "reply.h"

#include "library.h"

namespace pgiam::node {
namespace {

napi_value token_of(napi_env env, const pgiam_reply* reply) {
  for (std::size_t i = 0;; ++i) {
    pgiam_param param = PGIAM_PARAM_INIT;
    if (api()->reply_param(reply, i, &param) != PGIAM_OK) return undefined(env);
    if (strcmp(param.key, "password") == 0) return text(env, param.value);
  }
}

napi_value answer_of(napi_env env, const pgiam_reply* reply) {
  static constexpr struct {
    const char* name;
    int32_t field;
  } kTexts[] = {{"host", PGIAM_REPLY_SIGNING_HOST}, {"region", PGIAM_REPLY_REGION},
                {"provider", PGIAM_REPLY_PROVIDER}, {"principal", PGIAM_REPLY_PRINCIPAL},
                {"target", PGIAM_REPLY_TARGET},     {"rule", PGIAM_REPLY_RULE}},
    kNumbers[] = {{"port", PGIAM_REPLY_SIGNING_PORT},
                  {"expiresAt", PGIAM_REPLY_TOKEN_EXPIRES_AT},
                  {"credentialsExpireAt", PGIAM_REPLY_CREDENTIALS_EXPIRES_AT},
                  {"fromCache", PGIAM_REPLY_FROM_CACHE}};
  const pgiam_api* library = api();
  const napi_value result = object(env);
  for (const auto& [name, field] : kTexts)
    set(env, result, name, text(env, library->reply_text(reply, field)));
  for (const auto& [name, field] : kNumbers) {
    const auto value = static_cast<double>(library->reply_number(reply, field));
    set(env, result, name, number(env, value));
  }
  const auto at = [&](std::size_t i, pgiam_param* out) {
    return library->reply_param(reply, i, out);
  };
  set(env, result, "params", params(env, at));
  std::vector<napi_value> warnings;
  while (const pgiam_error* warning = library->reply_warning(reply, warnings.size()))
    warnings.push_back(facts(env, library->error_status(warning), warning));
  set(env, result, "warnings", list(env, warnings));
  return result;
}

}  // namespace

napi_value take_reply(napi_env env, pgiam_reply* reply, Wanted wanted) {
  const napi_value result = wanted == kToken ? token_of(env, reply) : answer_of(env, reply);
  api()->reply_free(reply);
  return result;
}

}  // namespace pgiam::node
