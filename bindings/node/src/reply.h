// What the library answers, in JavaScript's values.
#pragma once

#include <node_api.h>

#include <vector>

#include "pgiam.h"
#include "values.h"

namespace pgiam::node {

enum Wanted : uint32_t { kToken, kAnswer };

// The token alone, or all that is known of it; frees the reply.
napi_value take_reply(napi_env env, pgiam_reply* reply, Wanted wanted);

// [key, value, …] of what `at` finds by its index.
template <typename At>
napi_value params(napi_env env, At at) {
  std::vector<napi_value> parts;
  for (std::size_t i = 0;; ++i) {
    pgiam_param param = PGIAM_PARAM_INIT;
    if (at(i, &param) != PGIAM_OK) return list(env, parts);
    parts.push_back(text(env, param.key));
    parts.push_back(text(env, param.value));
  }
}

}  // namespace pgiam::node
