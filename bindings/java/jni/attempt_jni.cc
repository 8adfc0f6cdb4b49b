// The attempt's natives of org.pgiam.Native.
#include <string>

#include "conversions.h"

using namespace pgiam::java;

namespace {

constexpr int kKindBits = 8;

pgiam_attempt* attempt_of(jlong handle) { return to_pointer<pgiam_attempt>(handle); }

const pgiam_reply* reply_of(jlong attempt, jint index) {
  pgiam_host host = PGIAM_HOST_INIT;
  const auto place = static_cast<std::size_t>(index);
  return api->attempt_host(attempt_of(attempt), place, &host) == PGIAM_OK ? host.reply : nullptr;
}

// False, with the Java exception pending, where it is neither OK nor NOT_APPLICABLE.
bool is_answer(JNIEnv* env, pgiam_status status, pgiam_error* error) {
  if (status != PGIAM_OK && status != PGIAM_NOT_APPLICABLE) return raise(env, status, error), false;
  if (error) api->error_free(error);
  return true;
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_attemptNew(JNIEnv* env, jclass, jlong context,
                                                         jobjectArray texts, jobjectArray keywords,
                                                         jobjectArray options, jlong timeout_ms,
                                                         jint flags, jobject) {
  return guard(env, [&]() -> jlong {
    const JavaRequest request(env, texts, keywords, options, timeout_ms, flags);
    pgiam_attempt* attempt = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status =
        api->attempt_new(to_pointer<pgiam_context>(context), request.get(), &attempt, &error);
    return is_answer(env, status, error) ? to_handle(attempt) : 0;
  });
}

JNIEXPORT jint JNICALL Java_org_pgiam_Native_attemptNext(JNIEnv* env, jclass, jlong attempt,
                                                         jobject credentials) {
  return guard(env, [&]() -> jint {
    const AskedHere asked(env, credentials);
    pgiam_step step = PGIAM_STEP_INIT;
    pgiam_error* error = nullptr;
    const pgiam_status status = api->attempt_next(attempt_of(attempt), &step, &error);
    if (!is_answer(env, status, error) || status != PGIAM_OK) return 0;
    return static_cast<jint>(step.host << kKindBits) | step.kind;
  });
}

JNIEXPORT jobjectArray JNICALL Java_org_pgiam_Native_attemptParams(JNIEnv* env, jclass,
                                                                   jlong attempt) {
  return guard(env, [&]() -> jobjectArray {
    std::vector<const char*> pairs;
    pgiam_param param = PGIAM_PARAM_INIT;
    for (std::size_t i = 0; api->attempt_param(attempt_of(attempt), i, &param) == PGIAM_OK; ++i)
      if (!(param.flags & PGIAM_PARAM_SECRET)) pairs.insert(pairs.end(), {param.key, param.value});
    return to_arrays(env, pairs);
  });
}

JNIEXPORT jobjectArray JNICALL Java_org_pgiam_Native_attemptHosts(JNIEnv* env, jclass,
                                                                  jlong attempt) {
  return guard(env, [&]() -> jobjectArray {
    std::vector<pgiam_host> hosts;
    pgiam_host host = PGIAM_HOST_INIT;
    while (api->attempt_host(attempt_of(attempt), hosts.size(), &host) == PGIAM_OK)
      hosts.push_back(host);
    std::vector<std::string> ports;
    for (const pgiam_host& one : hosts) ports.push_back(std::to_string(one.port));
    std::vector<const char*> texts;
    for (std::size_t i = 0; i < hosts.size(); ++i)
      texts.insert(texts.end(), {hosts[i].host, hosts[i].hostaddr, ports[i].c_str(),
                                 hosts[i].dial_host, hosts[i].dial_hostaddr});
    return to_arrays(env, texts);
  });
}

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_attemptRefresh(JNIEnv* env, jclass, jlong attempt,
                                                             jint host, jobject credentials) {
  return guard(env, [&]() -> jlong {
    const AskedHere asked(env, credentials);
    pgiam_error* error = nullptr;
    const pgiam_status status =
        api->attempt_refresh(attempt_of(attempt), static_cast<std::size_t>(host), &error);
    if (!is_answer(env, status, error) || status != PGIAM_OK) return 0;
    return to_handle(reply_of(attempt, host));
  });
}

JNIEXPORT void JNICALL Java_org_pgiam_Native_attemptReport(JNIEnv* env, jclass, jlong attempt,
                                                           jint outcome, jint host, jint flags,
                                                           jobjectArray texts) {
  guard(env, [&] {
    const JavaOutcome told(env, outcome, host, flags, texts);
    is_answer(env, api->attempt_report(attempt_of(attempt), told.get()), nullptr);
    return 0;
  });
}

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_attemptReply(JNIEnv*, jclass, jlong attempt,
                                                           jint host) {
  return to_handle(reply_of(attempt, host));
}

JNIEXPORT void JNICALL Java_org_pgiam_Native_attemptRestart(JNIEnv*, jclass, jlong attempt) {
  api->attempt_restart(attempt_of(attempt), nullptr);
}

JNIEXPORT void JNICALL Java_org_pgiam_Native_attemptCancel(JNIEnv*, jclass, jlong attempt) {
  api->attempt_cancel(attempt_of(attempt));
}

JNIEXPORT void JNICALL Java_org_pgiam_Native_attemptFree(JNIEnv*, jclass, jlong attempt) {
  api->attempt_free(attempt_of(attempt));
}

}  // extern "C"
