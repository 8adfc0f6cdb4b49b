// A request as JavaScript gives it, an array by position (lib/request.js makes it).
#pragma once

#include <node_api.h>

#include <vector>

#include "pgiam.h"
#include "values.h"

namespace pgiam::node {

class Request {
 public:
  Request(napi_env env, napi_value fields, uint32_t flags);
  const pgiam_request* get() const { return &request_; }

 private:
  Texts texts_;
  std::vector<pgiam_option> options_, keywords_;
  pgiam_request request_ = PGIAM_REQUEST_INIT;
};

// The library's question, on its way to JavaScript, which answers it by its number: a context's for
// what is asked of a person, a request's for its credentials.
void ask(void* number, const pgiam_prompt* prompt, pgiam_question* question);
napi_value question_answer(napi_env env, napi_callback_info info);
napi_value question_decline(napi_env env, napi_callback_info info);

}  // namespace pgiam::node
