// The natives of org.pgiam.Native: pgiam.h's table, called with Java's arrays.
#include <stdio.h>

#include <mutex>
#include <set>

#include "conversions.h"
#include "pgiam_loader.h"

using namespace pgiam::java;

namespace {

// Contexts that nobody closed; they go with the class loader that made them.
std::mutex contexts_mutex;
std::set<pgiam_context*> contexts;

using Ask = pgiam_status(PGIAM_CALL*)(pgiam_context*, const pgiam_request*, pgiam_reply**,
                                      pgiam_error**);

// 0: not applicable.
jlong ask(JNIEnv* env, Ask call, jlong context, jobjectArray texts, jobjectArray keywords,
          jobjectArray options, jlong timeout_ms, jint flags, jobject credentials) {
  return guard(env, [&]() -> jlong {
    const JavaRequest request(env, texts, keywords, options, timeout_ms, flags);
    const AskedHere asked(env, credentials);
    pgiam_reply* reply = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status =
        call(to_pointer<pgiam_context>(context), request.get(), &reply, &error);
    if (status == PGIAM_OK) return to_handle(reply);
    if (status != PGIAM_NOT_APPLICABLE)
      raise(env, status, error);
    else if (error)
      api->error_free(error);
    return 0;
  });
}

void refuse(JNIEnv* env, const char* reason) {
  const jobject exception = new_exception(env, PGIAM_E_UNSUPPORTED, reason);
  if (exception) env->Throw(static_cast<jthrowable>(exception));
}

}  // namespace

extern "C" {

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM*, void*) { return JNI_VERSION_1_8; }

JNIEXPORT void JNICALL JNI_OnUnload(JavaVM*, void*) {
  for (pgiam_context* context : contexts) api->context_free(context);
  contexts.clear();
}

JNIEXPORT void JNICALL Java_org_pgiam_Native_open(JNIEnv* env, jclass, jobjectArray path) {
  guard(env, [&] {
    const Texts texts(env, path);
    char reason[4096];
    const pgiam_api* found = pgiam_load(texts[0], reason, sizeof reason);
    if (found && !PGIAM_API_HAS(found, attempt_free)) {
      snprintf(reason, sizeof reason, "%s is pgiam %s, which is older than this jar: it needs ABI 1.2",
               texts[0] ? texts[0] : "the library that was found", found->version());
      found = nullptr;
    }
    api = found;
    if (!found) refuse(env, reason);
    return 0;
  });
}

// texts: host name, host version.
JNIEXPORT jlong JNICALL Java_org_pgiam_Native_contextNew(JNIEnv* env, jclass, jobjectArray given,
                                                         jobjectArray given_options) {
  return guard(env, [&]() -> jlong {
    const Texts texts(env, given), option_texts(env, given_options);
    const std::vector<pgiam_option> options = option_texts.pairs();
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.host_name = texts[0];
    config.host_version = texts[1];
    config.options = options.data();
    config.option_count = options.size();
    pgiam_context* context = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = api->context_new(&config, &context, &error);
    if (status != PGIAM_OK) {
      raise(env, status, error);
      return 0;
    }
    const std::lock_guard lock(contexts_mutex);
    contexts.insert(context);
    return to_handle(context);
  });
}

JNIEXPORT void JNICALL Java_org_pgiam_Native_contextFree(JNIEnv*, jclass, jlong handle) {
  auto* context = to_pointer<pgiam_context>(handle);
  {
    const std::lock_guard lock(contexts_mutex);
    contexts.erase(context);
  }
  api->context_free(context);
}

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_beforeConnect(
    JNIEnv* env, jclass, jlong context, jobjectArray texts, jobjectArray keywords,
    jobjectArray options, jlong timeout_ms, jint flags, jobject credentials) {
  return ask(env, api->before_connect, context, texts, keywords, options, timeout_ms, flags,
             credentials);
}

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_explain(JNIEnv* env, jclass, jlong context,
                                                      jobjectArray texts, jobjectArray keywords,
                                                      jobjectArray options, jlong timeout_ms,
                                                      jint flags, jobject credentials) {
  return ask(env, api->explain, context, texts, keywords, options, timeout_ms, flags, credentials);
}

JNIEXPORT jint JNICALL Java_org_pgiam_Native_afterConnect(JNIEnv* env, jclass, jlong context,
                                                          jlong reply, jint outcome,
                                                          jobjectArray sqlstate) {
  return guard(env, [&]() -> jint {
    const Texts texts(env, sqlstate);
    std::int32_t advice = PGIAM_ADVICE_NONE;
    api->after_connect(to_pointer<pgiam_context>(context), to_pointer<pgiam_reply>(reply), outcome,
                       texts[0], &advice);
    return advice;
  });
}

// null: there is nothing to add.
JNIEXPORT jobject JNICALL Java_org_pgiam_Native_explainRefusal(JNIEnv* env, jclass, jlong context,
                                                               jlong reply, jint outcome,
                                                               jint flags, jobjectArray texts) {
  return guard(env, [&]() -> jobject {
    const JavaOutcome told(env, outcome, 0, flags, texts);
    pgiam_error* error = nullptr;
    const pgiam_status status = api->explain_refusal(
        to_pointer<pgiam_context>(context), to_pointer<pgiam_reply>(reply), told.get(), &error);
    jobject exception = nullptr;
    if (status == PGIAM_OK) exception = to_exception(env, api->error_status(error), error);
    api->error_free(error);
    return exception;
  });
}

JNIEXPORT jbyteArray JNICALL Java_org_pgiam_Native_replyPassword(JNIEnv* env, jclass,
                                                                 jlong handle) {
  const auto* reply = to_pointer<pgiam_reply>(handle);
  pgiam_param param = PGIAM_PARAM_INIT;
  for (std::size_t i = 0; api->reply_param(reply, i, &param) == PGIAM_OK; ++i)
    if (strcmp(param.key, "password") == 0) return to_bytes(env, param.value);
  return nullptr;
}

JNIEXPORT jobjectArray JNICALL Java_org_pgiam_Native_replyParams(JNIEnv* env, jclass,
                                                                 jlong handle) {
  return guard(env, [&]() -> jobjectArray {
    std::vector<const char*> pairs;
    pgiam_param param = PGIAM_PARAM_INIT;
    for (std::size_t i = 0;
         api->reply_param(to_pointer<pgiam_reply>(handle), i, &param) == PGIAM_OK; ++i)
      if (!(param.flags & PGIAM_PARAM_SECRET)) pairs.insert(pairs.end(), {param.key, param.value});
    return to_arrays(env, pairs);
  });
}

JNIEXPORT jobjectArray JNICALL Java_org_pgiam_Native_replyWarnings(JNIEnv* env, jclass,
                                                                   jlong handle) {
  return guard(env, [&]() -> jobjectArray {
    const auto* reply = to_pointer<pgiam_reply>(handle);
    std::vector<const pgiam_error*> warnings;
    while (const pgiam_error* warning = api->reply_warning(reply, warnings.size()))
      warnings.push_back(warning);
    return to_exceptions(env, warnings);
  });
}

JNIEXPORT jbyteArray JNICALL Java_org_pgiam_Native_replyText(JNIEnv* env, jclass, jlong reply,
                                                             jint field) {
  return to_bytes(env, api->reply_text(to_pointer<pgiam_reply>(reply), field));
}

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_replyNumber(JNIEnv*, jclass, jlong reply,
                                                          jint field) {
  return api->reply_number(to_pointer<pgiam_reply>(reply), field);
}

JNIEXPORT void JNICALL Java_org_pgiam_Native_replyFree(JNIEnv*, jclass, jlong reply) {
  api->reply_free(to_pointer<pgiam_reply>(reply));
}

// key, type, default value, variable, label; null past the end.
JNIEXPORT jobjectArray JNICALL Java_org_pgiam_Native_optionAt(JNIEnv* env, jclass, jint index) {
  pgiam_option_info info{sizeof(pgiam_option_info), 0, nullptr, nullptr, nullptr, nullptr, nullptr};
  if (api->option_at(static_cast<std::size_t>(index), &info) != PGIAM_OK) return nullptr;
  return to_arrays(env, {info.key, info.type, info.default_value, info.env, info.label});
}

JNIEXPORT jobjectArray JNICALL Java_org_pgiam_Native_keywords(JNIEnv* env, jclass,
                                                               jobjectArray text) {
  return guard(env, [&]() -> jobjectArray {
    const Texts texts(env, text);
    pgiam_conninfo* parsed = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = api->conninfo_parse(texts[0], &parsed, &error);
    if (status != PGIAM_OK) return raise(env, status, error), nullptr;
    std::vector<const char*> pairs;
    pgiam_param param = PGIAM_PARAM_INIT;
    for (std::size_t i = 0; api->conninfo_at(parsed, i, &param) == PGIAM_OK; ++i)
      pairs.insert(pairs.end(), {param.key, param.value});
    const jobjectArray keywords = to_arrays(env, pairs);
    api->conninfo_free(parsed);
    return keywords;
  });
}

JNIEXPORT jbyteArray JNICALL Java_org_pgiam_Native_version(JNIEnv* env, jclass) {
  return to_bytes(env, api->version());
}

}  // extern "C"
