#include <utility>

#include "environment.h"
#include "library.h"
#include "request.h"

namespace pgiam::node {
namespace {

struct Question {
  pgiam_question* handle;
};

// One that JavaScript has forgotten is declined, so that nobody waits for it.
void forget(napi_env, void* data, void*) {
  const std::unique_ptr<Question> question(static_cast<Question*>(data));
  if (question->handle) api()->question_decline(question->handle, PGIAM_OK, nullptr);
}

const char* kind_of(int32_t kind) {
  switch (kind) {
    case PGIAM_PROMPT_DEVICE_LOGIN:
      return "device_login";
    case PGIAM_PROMPT_MFA_CODE:
      return "mfa_code";
    case PGIAM_PROMPT_CLOSE:
      return "close";
    case PGIAM_PROMPT_CREDENTIALS:
      return "credentials";
    default:
      return "";
  }
}

napi_value described(napi_env env, const pgiam_prompt& prompt) {
  const napi_value result = object(env);
  set(env, result, "kind", text(env, kind_of(prompt.kind)));
  set(env, result, "id", number(env, prompt.id));
  set(env, result, "title", text(env, prompt.title));
  set(env, result, "subject", text(env, prompt.subject));
  set(env, result, "url", text(env, prompt.url));
  set(env, result, "urlComplete", text(env, prompt.url_complete));
  set(env, result, "userCode", text(env, prompt.user_code));
  set(env, result, "expiresInMs", number(env, static_cast<double>(prompt.expires_in_ms)));
  set(env, result, "retry", boolean(env, prompt.flags & PGIAM_PROMPT_FLAG_RETRY));
  set(env, result, "finalTry", boolean(env, prompt.flags & PGIAM_PROMPT_FLAG_FINAL_TRY));
  return result;
}

// The question that a call of JavaScript's finishes; nullptr once it is.
pgiam_question* taken(napi_env env, napi_value value) {
  void* found = nullptr;
  if (napi_get_value_external(env, value, &found) != napi_ok || !found) return nullptr;
  return std::exchange(static_cast<Question*>(found)->handle, nullptr);
}

}  // namespace

void ask(void* number_given, const pgiam_prompt* prompt, pgiam_question* question) {
  const Environment& environment = *current();
  const napi_env env = environment.env;
  napi_value callee = nullptr, arguments[3] = {};
  const auto id = reinterpret_cast<uintptr_t>(number_given);
  arguments[0] = number(env, static_cast<double>(id));
  arguments[1] = described(env, *prompt);
  arguments[2] = undefined(env);
  if (question &&
      napi_create_external(env, new Question{question}, forget, nullptr, &arguments[2]) != napi_ok)
    return;
  napi_get_reference_value(env, environment.on_question, &callee);
  if (napi_call_function(env, arguments[2], callee, 3, arguments, nullptr) == napi_ok) return;
  napi_value ignored = nullptr;  // lib/questions.js lets none through
  napi_get_and_clear_last_exception(env, &ignored);
}

// questionAnswer(question, [key, value, …])
napi_value question_answer(napi_env env, napi_callback_info info) {
  std::size_t count = 2;
  napi_value given[2];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  Texts texts(env);
  const std::vector<pgiam_option> values = texts.take_pairs(given[1]);
  if (pgiam_question* const question = taken(env, given[0]))
    api()->question_answer(question, values.data(), values.size());
  return undefined(env);
}

// questionDecline(question, status, message)
napi_value question_decline(napi_env env, napi_callback_info info) {
  std::size_t count = 3;
  napi_value given[3];
  napi_get_cb_info(env, info, &count, given, nullptr, nullptr);
  Texts texts(env);
  const auto status = static_cast<pgiam_status>(to_number(env, given[1], PGIAM_OK));
  const char* message = texts.take(given[2]);
  if (pgiam_question* const question = taken(env, given[0]))
    api()->question_decline(question, status, message);
  return undefined(env);
}

}  // namespace pgiam::node
