#include "conversions.h"

namespace pgiam::java {

const pgiam_api* api = nullptr;

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

namespace {

// Looked up each time: a global reference would keep the class loader, and with it this library.
jclass exception_class(JNIEnv* env) { return env->FindClass("org/pgiam/PgiamException"); }

jobject make_exception(JNIEnv* env, pgiam_status status, const char* message, jobjectArray details,
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
  while (const char* command = api->error_command(error, commands.size()))
    commands.push_back(command);
  return commands;
}

std::vector<const pgiam_error*> causes_of(const pgiam_error* error) {
  std::vector<const pgiam_error*> causes;
  while (const pgiam_error* cause = api->error_cause(error, causes.size())) causes.push_back(cause);
  return causes;
}

}  // namespace

jobject new_exception(JNIEnv* env, pgiam_status status, const char* message) {
  return make_exception(env, status, message, nullptr, nullptr, false, nullptr);
}

jobjectArray to_exceptions(JNIEnv* env, const std::vector<const pgiam_error*>& errors) {
  const jclass type = exception_class(env);
  const jobjectArray exceptions =
      type ? env->NewObjectArray(static_cast<jsize>(errors.size()), type, nullptr) : nullptr;
  if (!exceptions) return nullptr;
  jsize i = 0;
  for (const pgiam_error* error : errors) {
    const jobject exception = to_exception(env, api->error_status(error), error);
    if (env->ExceptionCheck()) return nullptr;
    env->SetObjectArrayElement(exceptions, i++, exception);
    env->DeleteLocalRef(exception);
  }
  return exceptions;
}

static jobject convert(JNIEnv* env, pgiam_status status, const pgiam_error* error) {
  if (!error) return new_exception(env, status, "");
  const jobjectArray causes = to_exceptions(env, causes_of(error));
  if (env->ExceptionCheck()) return nullptr;
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
  return make_exception(env, status, api->error_text(error, PGIAM_ERROR_MESSAGE), details, commands,
                        api->error_number(error, PGIAM_ERROR_RETRYABLE) != 0, causes);
}

// The JVM vouches for no more than 16 references of a native call; an error has many parts.
jobject to_exception(JNIEnv* env, pgiam_status status, const pgiam_error* error) {
  if (env->PushLocalFrame(16) != 0) return nullptr;
  return env->PopLocalFrame(convert(env, status, error));
}

void raise(JNIEnv* env, pgiam_status status, pgiam_error* error) {
  const jobject exception = to_exception(env, status, error);
  if (error) api->error_free(error);
  if (exception && !env->ExceptionCheck()) env->Throw(static_cast<jthrowable>(exception));
}

namespace {

struct Asked {
  JNIEnv* env;
  jobject credentials;
};
thread_local Asked asked{nullptr, nullptr};

void decline(pgiam_question* question, const char* why) {
  api->question_decline(question, PGIAM_E_NO_CREDENTIALS, why);
}

// By Native.ask, which lets no exception out.
jobjectArray ask_java(bool are_needed_anew) {
  JNIEnv* env = asked.env;
  const jclass natives = env->FindClass("org/pgiam/Native");
  const jmethodID ask =
      natives ? env->GetStaticMethodID(natives, "ask", "(Lorg/pgiam/PgiamCredentials;Z)[[B") : nullptr;
  if (!ask) return nullptr;
  return static_cast<jobjectArray>(env->CallStaticObjectMethod(
      natives, ask, asked.credentials, static_cast<jboolean>(are_needed_anew)));
}

void PGIAM_CALL on_question(void*, const pgiam_prompt* prompt, pgiam_question* question) {
  if (!question) return;
  if (!asked.credentials) return decline(question, "there is nobody here to ask for credentials");
  const jobjectArray given = ask_java((prompt->flags & PGIAM_PROMPT_FLAG_RETRY) != 0);
  if (asked.env->ExceptionCheck() || !given) {  // want of memory, or an Error of the host's code
    asked.env->ExceptionClear();
    return decline(question, "the host's credentials could not be asked for");
  }
  try {
    const Texts values(asked.env, given);
    if (values.size() % 2 != 0) return decline(question, values[0]);
    const std::vector<pgiam_option> pairs = values.pairs();
    api->question_answer(question, pairs.data(), pairs.size());
  } catch (...) {
    decline(question, "there is no memory for the host's credentials");
  }
}

}  // namespace

AskedHere::AskedHere(JNIEnv* env, jobject credentials)
    : env_before_(asked.env), credentials_before_(asked.credentials) {
  asked = {env, credentials};
}
AskedHere::~AskedHere() { asked = {env_before_, credentials_before_}; }

JavaRequest::JavaRequest(JNIEnv* env, jobjectArray texts, jobjectArray keywords,
                         jobjectArray options, jlong timeout_ms, jint flags)
    : texts_(env, texts),
      keyword_texts_(env, keywords),
      option_texts_(env, options),
      keywords_(keyword_texts_.pairs()),
      options_(option_texts_.pairs()) {
  request_.flags = static_cast<std::uint32_t>(flags);
  request_.password = texts_[0];
  request_.can_apply = texts_[1];
  request_.credentials_identity = texts_[2];
  if (texts_[2]) request_.credentials = on_question;
  request_.timeout_ms = timeout_ms;
  request_.options = options_.data();
  request_.option_count = options_.size();
  request_.keywords = keywords_.data();
  request_.keyword_count = keywords_.size();
}

JavaOutcome::JavaOutcome(JNIEnv* env, jint outcome, jint host, jint flags, jobjectArray texts)
    : texts_(env, texts) {
  outcome_.outcome = outcome;
  outcome_.host = static_cast<std::uint32_t>(host);
  outcome_.flags = static_cast<std::uint32_t>(flags);
  outcome_.sqlstate = texts_[0];
  outcome_.message = texts_[1];
}

}  // namespace pgiam::java
