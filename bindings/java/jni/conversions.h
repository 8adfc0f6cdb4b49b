// Between Java's objects and pgiam.h's. Texts cross as UTF-8 bytes, since JNI's own strings are
// another encoding and cannot be wiped.
#pragma once

#include <jni.h>
#include <string.h>

#include <cstdint>
#include <vector>

#include "pgiam.h"

namespace pgiam::java {

extern const pgiam_api* api;  // set by open, before anything else is called

template <typename T>
T* to_pointer(jlong handle) {
  return reinterpret_cast<T*>(static_cast<intptr_t>(handle));
}
inline jlong to_handle(const void* pointer) {
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
  std::size_t size() const { return texts_.size(); }
  // Of key, value, key, value …
  std::vector<pgiam_option> pairs() const {
    std::vector<pgiam_option> options;
    for (std::size_t i = 0; i + 1 < texts_.size(); i += 2)
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

jbyteArray to_bytes(JNIEnv* env, const char* text);
jobjectArray to_arrays(JNIEnv* env, const std::vector<const char*>& texts);

jobject new_exception(JNIEnv* env, pgiam_status status, const char* message);
// nullptr, with a Java exception pending, where there is no memory for it.
jobject to_exception(JNIEnv* env, pgiam_status status, const pgiam_error* error);
// PgiamException[]; the same.
jobjectArray to_exceptions(JNIEnv* env, const std::vector<const pgiam_error*>& errors);
// Frees the error. With a Java exception pending the caller returns at once.
void raise(JNIEnv* env, pgiam_status status, pgiam_error* error);

// No C++ exception may reach the JVM; the only one there can be is want of memory.
template <typename Body>
auto guard(JNIEnv* env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (...) {
    env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"), "in pgiam's native code");
    return decltype(body())();
  }
}

// Whom the library's questions for credentials go to, on this thread and as long as this is there:
// they come inside calls of ours alone. nullptr: there is nobody.
class AskedHere {
 public:
  AskedHere(JNIEnv* env, jobject credentials);
  AskedHere(const AskedHere&) = delete;
  AskedHere& operator=(const AskedHere&) = delete;
  ~AskedHere();

 private:
  JNIEnv* const env_before_;
  const jobject credentials_before_;
};

// A request in Java's pieces: password, can_apply, identity; keywords; options.
class JavaRequest {
 public:
  JavaRequest(JNIEnv* env, jobjectArray texts, jobjectArray keywords, jobjectArray options,
              jlong timeout_ms, jint flags);
  const pgiam_request* get() const { return &request_; }

 private:
  const Texts texts_, keyword_texts_, option_texts_;
  const std::vector<pgiam_option> keywords_, options_;
  pgiam_request request_ = PGIAM_REQUEST_INIT;
};

// An outcome; texts: sqlstate, message.
class JavaOutcome {
 public:
  JavaOutcome(JNIEnv* env, jint outcome, jint host, jint flags, jobjectArray texts);
  const pgiam_outcome* get() const { return &outcome_; }

 private:
  const Texts texts_;
  pgiam_outcome outcome_ = PGIAM_OUTCOME_INIT;
};

}  // namespace pgiam::java
