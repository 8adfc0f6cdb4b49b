// What the ABI tests share: a world of known credentials, and owners of what the library hands out.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "pgiam.h"

inline constexpr char kHost[] = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
inline constexpr char kAccessKey[] = "AKIAEXAMPLEEXAMPLE12";
inline constexpr char kSecretKey[] = "neverToBeSeen/Secret+Key";

// Frees what an out parameter received.
template <typename T, void (*Free)(T*)>
class Owned {
 public:
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { Free(object_); }
  operator T*() const { return object_; }
  T** out() { return &object_; }
  void free() { Free(std::exchange(object_, nullptr)); }

 private:
  T* object_ = nullptr;
};
using Context = Owned<pgiam_context, pgiam_context_free>;
using Reply = Owned<pgiam_reply, pgiam_reply_free>;
using Error = Owned<pgiam_error, pgiam_error_free>;
using Operation = Owned<pgiam_operation, pgiam_operation_free>;

inline pgiam_request request_for(const char* user) {
  pgiam_request request = PGIAM_REQUEST_INIT;
  request.host = kHost;
  request.user = user;
  request.timeout_ms = 100'000;  // enough for many threads under a sanitizer on a busy machine
  return request;
}

// The value of a parameter, or nothing.
inline std::string param_of(const pgiam_reply* reply, const std::string& key) {
  for (size_t i = 0; i < pgiam_reply_param_count(reply); ++i) {
    pgiam_param param = {sizeof param, 0, nullptr, nullptr};
    if (pgiam_reply_param(reply, i, &param) == PGIAM_OK && key == param.key) return param.value;
  }
  return "";
}

inline std::string token_of(const pgiam_reply* reply) { return param_of(reply, "password"); }

inline auto is_token_for(const std::string& user) {
  return ::testing::AllOf(
      ::testing::StartsWith(std::string(kHost) + ":5432/?Action=connect&DBUser=" + user + "&"),
      ::testing::ContainsRegex("&X-Amz-Signature=[0-9a-f]{64}$"));
}

// Credentials in the environment, and nothing else to find on this machine.
class AbiTest : public ::testing::Test {
 protected:
  AbiTest() {
    for (const char* name : {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION",
                             "AWS_CREDENTIAL_EXPIRATION", "PGIAM_LOG", "PGIAM_DISABLE"})
      unsetenv(name);
    for (const char* name :
         {"HOME", "XDG_CONFIG_HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"})
      setenv(name, "/nonexistent", 1);
    setenv("PGIAM_CONFIG", "/dev/null", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_ACCESS_KEY_ID", kAccessKey, 1);
    setenv("AWS_SECRET_ACCESS_KEY", kSecretKey, 1);
  }

  static void forget_credentials() {
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
  }
};
