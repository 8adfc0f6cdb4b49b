#include "values.h"

#include "library.h"

namespace pgiam::node {

napi_value text(napi_env env, const char* value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value ? value : "", NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value number(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

napi_value boolean(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value undefined(napi_env env) {
  napi_value result = nullptr;
  napi_get_undefined(env, &result);
  return result;
}

napi_value object(napi_env env) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  return result;
}

napi_value list(napi_env env, const std::vector<napi_value>& elements) {
  napi_value result = nullptr;
  napi_create_array_with_length(env, elements.size(), &result);
  for (uint32_t i = 0; i < elements.size(); ++i) napi_set_element(env, result, i, elements[i]);
  return result;
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

double to_number(napi_env env, napi_value value, double otherwise) {
  double result = otherwise;
  return napi_get_value_double(env, value, &result) == napi_ok ? result : otherwise;
}

bool is_given(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type != napi_undefined && type != napi_null;
}

napi_value element(napi_env env, napi_value array, uint32_t index) {
  napi_value result = nullptr;
  if (napi_get_element(env, array, index, &result) != napi_ok) return undefined(env);
  return result;
}

uint32_t length_of(napi_env env, napi_value array) {
  uint32_t length = 0;
  return napi_get_array_length(env, array, &length) == napi_ok ? length : 0;
}

const char* short_name(pgiam_status status) {
  const char* name = api()->status_name(status);
  for (const char* prefix : {"PGIAM_E_", "PGIAM_"}) {
    const std::size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) == 0) return name + length;
  }
  return name;
}

napi_value facts(napi_env env, pgiam_status status, const pgiam_error* error) {
  static constexpr struct {
    const char* name;
    int32_t field;
  } kTexts[] = {
      {"message", PGIAM_ERROR_MESSAGE},   {"hint", PGIAM_ERROR_HINT},
      {"code", PGIAM_ERROR_CODE},         {"evidence", PGIAM_ERROR_EVIDENCE},
      {"provider", PGIAM_ERROR_PROVIDER}, {"remote", PGIAM_ERROR_REMOTE},
      {"sqlstate", PGIAM_ERROR_SQLSTATE}, {"explanation", PGIAM_ERROR_EXPLANATION},
  };
  const pgiam_api* library = api();
  const napi_value result = object(env);
  set(env, result, "status", text(env, short_name(status)));
  if (!error) return result;
  for (const auto& [name, field] : kTexts)
    set(env, result, name, text(env, library->error_text(error, field)));
  set(env, result, "retryable", boolean(env, library->error_number(error, PGIAM_ERROR_RETRYABLE)));
  const auto after = static_cast<double>(library->error_number(error, PGIAM_ERROR_RETRY_AFTER_MS));
  set(env, result, "retryAfterMs", number(env, after));
  std::vector<napi_value> commands, causes;
  while (const char* command = library->error_command(error, commands.size()))
    commands.push_back(text(env, command));
  while (const pgiam_error* cause = library->error_cause(error, causes.size()))
    causes.push_back(facts(env, library->error_status(cause), cause));
  set(env, result, "commands", list(env, commands));
  set(env, result, "causes", list(env, causes));
  return result;
}

napi_value raise(napi_env env, pgiam_status status, pgiam_error* error) {
  napi_throw(env, facts(env, status, error));
  api()->error_free(error);
  return nullptr;
}

Texts::~Texts() {
  explicit_bzero(near_, used_);
  for (std::vector<char>& bytes : far_) explicit_bzero(bytes.data(), bytes.size());
}

const char* Texts::take(napi_value value) {
  std::size_t size = 0;
  const std::size_t room = sizeof near_ - used_;
  char* place = near_ + used_;
  if (room >
      4) {  // where it does not fit, what was written has a character's length to spare at most
    if (napi_get_value_string_utf8(env_, value, place, room, &size) != napi_ok) return nullptr;
    if (size + 4 < room) {
      used_ += size + 1;
      return place;
    }
    explicit_bzero(place, room);
  }
  if (napi_get_value_string_utf8(env_, value, nullptr, 0, &size) != napi_ok) return nullptr;
  std::vector<char>& bytes = far_.emplace_back(size + 1);
  napi_get_value_string_utf8(env_, value, bytes.data(), bytes.size(), &size);
  return bytes.data();
}

std::vector<pgiam_option> Texts::take_pairs(napi_value array) {
  std::vector<pgiam_option> pairs;
  const uint32_t length = length_of(env_, array);
  for (uint32_t i = 0; i + 1 < length; i += 2)
    pairs.push_back({take(element(env_, array, i)), take(element(env_, array, i + 1))});
  return pairs;
}

}  // namespace pgiam::node
