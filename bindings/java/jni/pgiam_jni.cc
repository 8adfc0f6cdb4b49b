// The natives of org.pgiam.Native: pgiam.h's table, called with Java's arrays. Texts cross as UTF-8
// bytes, since JNI's own strings are another encoding and cannot be wiped.
#include <jni.h>
#include <string.h>

#include <mutex>
#include <new>
#include <set>
#include <vector>

#include "pgiam_loader.h"

namespace {

const pgiam_api* api = nullptr;  // set by open, before anything else is called

// Contexts that nobody closed; they go with the class loader that made them.
std::mutex contexts_mutex;
std::set<pgiam_context*> contexts;

template <typename T>
T* to_pointer(jlong handle) {
  return reinterpret_cast<T*>(static_cast<intptr_t>(handle));
}
jlong to_handle(const void* pointer) {
  return static_cast<jlong>(reinterpret_cast<intptr_t>(pointer));
}

// Copies of a byte[][], each with a NUL at its end, wiped when they go. nullptr for a null element.
class Texts {
 public:
  Texts(JNIEnv* env, jobjectArray arrays) {
    const jsize count = arrays ? env->GetArrayLength(arrays) : 0;
    std::size_t size = 0;
    for (jsize i = 0; i < count; ++i) size += length(env, arrays, i) + 1;
    bytes_.resize(size);
    char* next = bytes_.data();
    for (jsize i = 0; i < count; ++i) {
      const auto bytes = static_cast<jbyteArray>(env->GetObjectArrayElement(arrays, i));
      texts_.push_back(bytes ? next : nullptr);
      if (!bytes) continue;
      const jsize n = env->GetArrayLength(bytes);
      env->GetByteArrayRegion(bytes, 0, n, reinterpret_cast<jbyte*>(next));
      next += n + 1;
      env->DeleteLocalRef(bytes);
    }
  }
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;
  ~Texts() { explicit_bzero(bytes_.data(), bytes_.size()); }

  const char* operator[](std::size_t i) const { return i < texts_.size() ? texts_[i] : nullptr; }
  // From the first on: key, value, key, value …
  std::vector<pgiam_option> options(std::size_t first) const {
    std::vector<pgiam_option> options;
    for (std::size_t i = first; i + 1 < texts_.size(); i += 2)
      options.push_back({texts_[i], texts_[i + 1]});
    return options;
  }

 private:
  static std::size_t length(JNIEnv* env, jobjectArray arrays, jsize i) {
    const auto bytes = static_cast<jbyteArray>(env->GetObjectArrayElement(arrays, i));
    if (!bytes) return 0;
    const jsize length = env->GetArrayLength(bytes);
    env->DeleteLocalRef(bytes);
    return static_cast<std::size_t>(length);
  }

  std::vector<char> bytes_;
  std::vector<const char*> texts_;
};

jbyteArray to_bytes(JNIEnv* env, const char* text) {
  if (!text) return nullptr;
  const auto length = static_cast<jsize>(strlen(text));
  const jbyteArray bytes = env->NewByteArray(length);
  if (bytes) env->SetByteArrayRegion(bytes, 0, length, reinterpret_cast<const jbyte*>(text));
  return bytes;
}

jobjectArray to_arrays(JNIEnv* env, const std::vector<const char*>& texts) {
  const jclass element = env->FindClass("[B");
  const jobjectArray arrays =
      element ? env->NewObjectArray(static_cast<jsize>(texts.size()), element, nullptr) : nullptr;
  if (!arrays) return nullptr;
  jsize i = 0;
  for (const char* text : texts) {
    const jbyteArray bytes = to_bytes(env, text);
    if (env->ExceptionCheck()) return nullptr;
    env->SetObjectArrayElement(arrays, i++, bytes);
    env->DeleteLocalRef(bytes);
  }
  return arrays;
}

// Looked up each time: a global reference would keep the class loader, and with it this library.
jclass exception_class(JNIEnv* env) { return env->FindClass("org/pgiam/PgiamException"); }

jobject new_exception(JNIEnv* env, pgiam_status status, const char* message, jobjectArray details,
                      jobjectArray commands, bool retryable, jobjectArray causes) {
  const jclass type = exception_class(env);
  const jmethodID of =
      type ? env->GetStaticMethodID(
                 type, "of", "(I[B[B[[B[[BZ[Lorg/pgiam/PgiamException;)Lorg/pgiam/PgiamException;")
           : nullptr;
  if (!of) return nullptr;
  const char* name = api ? api->status_name(status) : "PGIAM_E_UNSUPPORTED";
  return env->CallStaticObjectMethod(type, of, static_cast<jint>(status), to_bytes(env, name),
                                     to_bytes(env, message), details, commands,
                                     static_cast<jboolean>(retryable), causes);
}

std::vector<const char*> commands_of(const pgiam_error* error) {
  std::vector<const char*> commands;
  if (!PGIAM_API_HAS(api, error_command)) return commands;
  while (const char* command = api->error_command(error, commands.size()))
    commands.push_back(command);
  return commands;
}

jobject to_exception(JNIEnv* env, pgiam_status status, const pgiam_error* error) {
  if (!error) return new_exception(env, status, "", nullptr, nullptr, false, nullptr);
  jsize count = 0;
  while (api->error_cause(error, static_cast<std::size_t>(count))) ++count;
  const jclass type = exception_class(env);
  const jobjectArray causes = type ? env->NewObjectArray(count, type, nullptr) : nullptr;
  for (jsize i = 0; causes && i < count; ++i) {
    const pgiam_error* cause = api->error_cause(error, static_cast<std::size_t>(i));
    const jobject converted = to_exception(env, api->error_status(cause), cause);
    if (env->ExceptionCheck()) return nullptr;
    env->SetObjectArrayElement(causes, i, converted);
  }
  // In the order of PgiamException's places.
  std::vector<const char*> texts;
  for (std::int32_t field :
       {PGIAM_ERROR_HINT, PGIAM_ERROR_PROVIDER, PGIAM_ERROR_REMOTE, PGIAM_ERROR_CODE,
        PGIAM_ERROR_EVIDENCE, PGIAM_ERROR_SQLSTATE, PGIAM_ERROR_EXPLANATION})
    texts.push_back(api->error_text(error, field));
  const jobjectArray details = to_arrays(env, texts);
  if (env->ExceptionCheck()) return nullptr;
  const jobjectArray commands = to_arrays(env, commands_of(error));
  if (env->ExceptionCheck()) return nullptr;
  return new_exception(env, status, api->error_text(error, PGIAM_ERROR_MESSAGE), details, commands,
                       api->error_number(error, PGIAM_ERROR_RETRYABLE) != 0, causes);
}

// Frees the error. With a Java exception pending the caller returns at once.
void raise(JNIEnv* env, pgiam_status status, pgiam_error* error) {
  const jobject exception = to_exception(env, status, error);
  if (error) api->error_free(error);
  if (exception && !env->ExceptionCheck()) env->Throw(static_cast<jthrowable>(exception));
}

// No C++ exception may reach the JVM; the only one there can be is want of memory.
template <typename Body>
auto guard(JNIEnv* env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (...) {
    env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"), "in pgiam's native code");
    return {};
  }
}

using Ask = pgiam_status(PGIAM_CALL*)(pgiam_context*, const pgiam_request*, pgiam_reply**,
                                      pgiam_error**);

// texts: host, user, database, password, sslmode, then options. 0: not applicable.
jlong ask(JNIEnv* env, Ask call, jlong context, jobjectArray given, jint port, jlong timeout_ms,
          jint flags) {
  return guard(env, [&]() -> jlong {
    const Texts texts(env, given);
    const std::vector<pgiam_option> options = texts.options(5);
    pgiam_request request = PGIAM_REQUEST_INIT;
    request.flags = static_cast<std::uint32_t>(flags);
    request.host = texts[0];
    request.user = texts[1];
    request.database = texts[2];
    request.password = texts[3];
    request.sslmode = texts[4];
    request.port = static_cast<std::uint32_t>(port);
    request.timeout_ms = timeout_ms;
    request.options = options.data();
    request.option_count = options.size();
    pgiam_reply* reply = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = call(to_pointer<pgiam_context>(context), &request, &reply, &error);
    if (status == PGIAM_OK) return to_handle(reply);
    if (status != PGIAM_NOT_APPLICABLE)
      raise(env, status, error);
    else if (error)
      api->error_free(error);
    return 0;
  });
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
    api = pgiam_load(texts[0], reason, sizeof reason);
    if (api) return 0;
    const jobject exception =
        new_exception(env, PGIAM_E_UNSUPPORTED, reason, nullptr, nullptr, false, nullptr);
    if (exception) env->Throw(static_cast<jthrowable>(exception));
    return 0;
  });
}

// texts: host name, host version, then options.
JNIEXPORT jlong JNICALL Java_org_pgiam_Native_contextNew(JNIEnv* env, jclass, jobjectArray given) {
  return guard(env, [&]() -> jlong {
    const Texts texts(env, given);
    const std::vector<pgiam_option> options = texts.options(2);
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

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_beforeConnect(JNIEnv* env, jclass, jlong context,
                                                            jobjectArray texts, jint port,
                                                            jlong timeout_ms, jint flags) {
  return ask(env, api->before_connect, context, texts, port, timeout_ms, flags);
}

JNIEXPORT jlong JNICALL Java_org_pgiam_Native_explain(JNIEnv* env, jclass, jlong context,
                                                      jobjectArray texts, jint port,
                                                      jlong timeout_ms, jint flags) {
  return ask(env, api->explain, context, texts, port, timeout_ms, flags);
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

// texts: sqlstate, message. null: there is nothing to add.
JNIEXPORT jobject JNICALL Java_org_pgiam_Native_explainRefusal(JNIEnv* env, jclass, jlong context,
                                                               jlong reply, jint outcome,
                                                               jobjectArray given) {
  return guard(env, [&]() -> jobject {
    if (!PGIAM_API_HAS(api, explain_refusal)) return nullptr;
    const Texts texts(env, given);
    pgiam_outcome told = PGIAM_OUTCOME_INIT;
    told.outcome = outcome;
    told.sqlstate = texts[0];
    told.message = texts[1];
    pgiam_error* error = nullptr;
    const pgiam_status status = api->explain_refusal(
        to_pointer<pgiam_context>(context), to_pointer<pgiam_reply>(reply), &told, &error);
    jobject exception = nullptr;
    if (status == PGIAM_OK) exception = to_exception(env, api->error_status(error), error);
    api->error_free(error);
    return exception;
  });
}

// null where the reply does not set it.
JNIEXPORT jbyteArray JNICALL Java_org_pgiam_Native_replyParam(JNIEnv* env, jclass, jlong handle,
                                                              jobjectArray key) {
  return guard(env, [&]() -> jbyteArray {
    const Texts wanted(env, key);
    const auto* reply = to_pointer<pgiam_reply>(handle);
    pgiam_param param{sizeof(pgiam_param), 0, nullptr, nullptr};
    for (std::size_t i = 0; api->reply_param(reply, i, &param) == PGIAM_OK; ++i)
      if (strcmp(param.key, wanted[0]) == 0) return to_bytes(env, param.value);
    return nullptr;
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

JNIEXPORT jbyteArray JNICALL Java_org_pgiam_Native_version(JNIEnv* env, jclass) {
  return to_bytes(env, api->version());
}

}  // extern "C"
