#include "request.h"

namespace pgiam::node {
namespace {

// The places in the array.
enum Field : uint32_t {
  kHost,
  kUser,
  kDatabase,
  kPassword,
  kSslmode,
  kPort,
  kTimeoutMs,
  kOptions,
  kKeywords,
  kCanApply,
  kSupplier,
  kIdentity
};

}  // namespace

Request::Request(napi_env env, napi_value fields, uint32_t flags) : texts_(env) {
  const auto at = [&](Field field) { return element(env, fields, field); };
  request_.flags = flags;
  request_.host = texts_.take(at(kHost));
  request_.user = texts_.take(at(kUser));
  request_.database = texts_.take(at(kDatabase));
  request_.password = texts_.take(at(kPassword));
  request_.sslmode = texts_.take(at(kSslmode));
  request_.port = static_cast<uint32_t>(to_number(env, at(kPort), 0));
  request_.timeout_ms = static_cast<int64_t>(to_number(env, at(kTimeoutMs), 0));
  options_ = texts_.take_pairs(at(kOptions));
  request_.options = options_.data();
  request_.option_count = options_.size();
  keywords_ = texts_.take_pairs(at(kKeywords));
  request_.keywords = keywords_.data();
  request_.keyword_count = keywords_.size();
  request_.can_apply = texts_.take(at(kCanApply));
  const auto supplier = static_cast<uintptr_t>(to_number(env, at(kSupplier), 0));
  if (supplier == 0) return;
  request_.credentials = ask;
  request_.credentials_user_data = reinterpret_cast<void*>(supplier);
  request_.credentials_identity = texts_.take(at(kIdentity));
}

}  // namespace pgiam::node
