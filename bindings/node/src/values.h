// Between JavaScript's values and C's.
#pragma once

#include <node_api.h>
#include <string.h>

#include <deque>
#include <string>
#include <vector>

#include "pgiam.h"

namespace pgiam::node {

napi_value text(napi_env env, const char* value);
napi_value number(napi_env env, double value);
napi_value boolean(napi_env env, bool value);
napi_value undefined(napi_env env);
napi_value object(napi_env env);
napi_value list(napi_env env, const std::vector<napi_value>& elements);
void set(napi_env env, napi_value object, const char* name, napi_value value);

double to_number(napi_env env, napi_value value, double otherwise);
bool is_given(napi_env env, napi_value value);
napi_value element(napi_env env, napi_value array, uint32_t index);
uint32_t length_of(napi_env env, napi_value array);

// "NO_CREDENTIALS"
const char* short_name(pgiam_status status);
// The facts of an error that may be nullptr; what a PgiamError is made of.
napi_value facts(napi_env env, pgiam_status status, const pgiam_error* error);
// Throws them, and frees the error.
napi_value raise(napi_env env, pgiam_status status, pgiam_error* error);

// Copies of JavaScript's strings, each with a NUL at its end, wiped when they go.
class Texts {
 public:
  explicit Texts(napi_env env) : env_(env) {}
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;
  ~Texts();

  const char* take(napi_value value);                      // nullptr of what is no string
  std::vector<pgiam_option> take_pairs(napi_value array);  // of key, value, key, value …

 private:
  const napi_env env_;
  char near_[1024];  // most requests fit
  std::size_t used_ = 0;
  std::deque<std::vector<char>> far_;
};

}  // namespace pgiam::node
