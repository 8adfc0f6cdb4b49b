#include "bridge_json.h"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/parser.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "report.h"
#include "times.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestLine = std::size_t{1} << 20;

class WipedMemory final : public json::memory_resource {
  void* do_allocate(std::size_t size, std::size_t) override { return ::operator new(size); }
  void do_deallocate(void* memory, std::size_t size, std::size_t) override {
    explicit_bzero(memory, size);
    ::operator delete(memory);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

json::storage_ptr wiped_memory() {
  static WipedMemory& memory = *new WipedMemory;
  return &memory;
}

UsageError wrong_member(std::string_view key, const char* what) {
  return UsageError("\"" + std::string(key) + "\" is not " + what, "pgiam help bridge");
}

// nullptr where it is absent or null.
const json::value* find(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  return member && !member->is_null() ? member : nullptr;
}

std::string_view view_of(const json::object& object, std::string_view key) {
  const json::value* member = find(object, key);
  if (!member) return {};
  const json::string* text = member->if_string();
  if (!text || text->find('\0') != text->npos) throw wrong_member(key, "a text");
  return {text->data(), text->size()};
}

const json::object& object_of(const json::object& object, std::string_view key) {
  static const json::object& kNone = *new json::object;
  const json::value* member = find(object, key);
  if (!member) return kNone;
  if (const json::object* found = member->if_object()) return *found;
  throw wrong_member(key, "an object");
}

// Null where the time is unknown.
json::value time_of(std::int64_t unix_ms) {
  if (unix_ms == 0) return nullptr;
  return json::value(rfc3339(unix_ms));
}

const char* param_of(const pgiam_reply* reply, const char* key) {
  pgiam_param param = PGIAM_PARAM_INIT;
  for (std::size_t i = 0; pgiam_reply_param(reply, i, &param) == PGIAM_OK; ++i)
    if (strcmp(param.key, key) == 0) return param.value;
  return nullptr;
}

json::object describe_warning(const pgiam_error* warning) {
  json::array commands;
  for (std::size_t i = 0; const char* command = pgiam_error_command(warning, i); ++i)
    commands.push_back(json::value(command));
  return {{"code", pgiam_error_text(warning, PGIAM_ERROR_CODE)},
          {"message", pgiam_error_text(warning, PGIAM_ERROR_MESSAGE)},
          {"hint", pgiam_error_text(warning, PGIAM_ERROR_HINT)},
          {"commands", std::move(commands)}};
}

}  // namespace

std::optional<host::SecretText> SecretLines::next() {
  char chunk[4096];
  for (;;) {
    const std::string_view all = pending_.view();
    if (const std::size_t end = all.find('\n'); end != all.npos) {
      host::SecretText line(all.substr(0, end));
      pending_ = host::SecretText(all.substr(end + 1));
      return line;
    }
    if (all.size() > kLongestLine) throw UsageError("the line has no end", "pgiam help bridge");
    const ssize_t size = read(descriptor_, chunk, sizeof chunk);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0)
      throw std::system_error(errno, std::generic_category(), "cannot read standard input");
    if (size == 0) return std::nullopt;
    pending_.append({chunk, static_cast<std::size_t>(size)});
    explicit_bzero(chunk, sizeof chunk);
  }
}

json::object read_object(std::string_view line) {
  json::parser parser(wiped_memory());
  parser.reset(wiped_memory());
  boost::system::error_code failed;
  parser.write(line.data(), line.size(), failed);
  if (!failed) {
    json::value value = parser.release();
    if (json::object* object = value.if_object()) return std::move(*object);
  }
  throw UsageError("the line is no JSON object", "pgiam help bridge");
}

std::string text_of(const json::object& object, std::string_view key) {
  return std::string(view_of(object, key));
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view key) {
  const json::value* member = find(object, key);
  if (!member) return std::nullopt;
  if (const std::int64_t* number = member->if_int64()) return *number;
  throw wrong_member(key, "a whole number");
}

GivenRequest::GivenRequest(const json::object& asked) {
  const json::object& given = object_of(asked, "request");
  const json::object& keywords = object_of(given, "keywords");
  for (const auto& keyword : keywords)
    request_.keyword(keyword.key(), text_of(keywords, keyword.key()));
  const json::object& options = object_of(given, "options");
  for (const auto& option : options) request_.option(option.key(), text_of(options, option.key()));
  request_.can_apply(text_of(given, "can_apply"));
  identity_ = text_of(given, "credentials_identity");
  password_.append(view_of(given, "password"));
  request_.password(password_.c_str());
  request_.timeout(std::chrono::milliseconds{number_of(given, "timeout_ms").value_or(0)});
  request_.flags(static_cast<std::uint32_t>(number_of(given, "flags").value_or(0)));
}

GivenOutcome::GivenOutcome(const json::object& asked)
    : sqlstate_(text_of(asked, "sqlstate")), message_(text_of(asked, "message")) {
  outcome_.outcome =
      static_cast<std::int32_t>(number_of(asked, "outcome").value_or(PGIAM_OUTCOME_OTHER));
  outcome_.host = static_cast<std::uint32_t>(number_of(asked, "host").value_or(-1) + 1);
  outcome_.flags = static_cast<std::uint32_t>(number_of(asked, "flags").value_or(0));
  outcome_.sqlstate = sqlstate_.c_str();
  outcome_.message = message_.c_str();
}

void finish(pgiam_question* question, const json::object& answer) {
  std::vector<pgiam_option> pairs;
  const json::object& values = object_of(answer, "values");
  for (const auto& value : values) {
    view_of(values, value.key());  // a text
    pairs.push_back({value.key().data(), value.value().get_string().c_str()});
  }
  const std::string declined = text_of(answer, "declined");
  if (declined.empty())
    pgiam_question_answer(question, pairs.data(), pairs.size());
  else
    pgiam_question_decline(question, PGIAM_E_NO_CREDENTIALS, declined.c_str());
}

json::object describe(const Error& error) {
  json::array causes, commands;
  for (const Error& cause : error.causes()) causes.push_back(describe(cause));
  for (const std::string& command : error.commands()) commands.push_back(json::value(command));
  return {{"status", error.status()},
          {"name", pgiam_status_name(error.status())},
          {"message", error.what()},
          {"hint", error.hint()},
          {"provider", error.provider()},
          {"remote", error.remote()},
          {"code", error.text(PGIAM_ERROR_CODE)},
          {"evidence", error.text(PGIAM_ERROR_EVIDENCE)},
          {"sqlstate", error.text(PGIAM_ERROR_SQLSTATE)},
          {"explanation", error.text(PGIAM_ERROR_EXPLANATION)},
          {"retryable", error.retryable()},
          {"commands", std::move(commands)},
          {"causes", std::move(causes)}};
}

json::object describe(const pgiam_reply* reply) {
  const char* sslmode = param_of(reply, "sslmode");
  return {{"token", param_of(reply, "password")},
          {"sslmode", sslmode ? json::value(sslmode) : json::value()},
          {"expires_at", time_of(pgiam_reply_number(reply, PGIAM_REPLY_TOKEN_EXPIRES_AT))},
          {"credentials_expire_at",
           time_of(pgiam_reply_number(reply, PGIAM_REPLY_CREDENTIALS_EXPIRES_AT))},
          {"signing_host", pgiam_reply_text(reply, PGIAM_REPLY_SIGNING_HOST)},
          {"signing_port", pgiam_reply_number(reply, PGIAM_REPLY_SIGNING_PORT)},
          {"region", pgiam_reply_text(reply, PGIAM_REPLY_REGION)},
          {"provider", pgiam_reply_text(reply, PGIAM_REPLY_PROVIDER)},
          {"from_cache", pgiam_reply_number(reply, PGIAM_REPLY_FROM_CACHE) != 0}};
}

json::object describe_whole(const pgiam_reply* reply) {
  json::object params;
  pgiam_param param = PGIAM_PARAM_INIT;
  for (std::size_t i = 0; pgiam_reply_param(reply, i, &param) == PGIAM_OK; ++i)
    if (!(param.flags & PGIAM_PARAM_SECRET)) params[param.key] = param.value;
  json::array warnings;
  for (std::size_t i = 0; const pgiam_error* warning = pgiam_reply_warning(reply, i); ++i)
    warnings.push_back(describe_warning(warning));
  json::object whole = describe(reply);
  whole["params"] = std::move(params);
  whole["target"] = pgiam_reply_text(reply, PGIAM_REPLY_TARGET);
  whole["rule"] = pgiam_reply_text(reply, PGIAM_REPLY_RULE);
  whole["warning"] = pgiam_reply_text(reply, PGIAM_REPLY_WARNING);
  whole["warnings"] = std::move(warnings);
  return whole;
}

}  // namespace pgiam::cli
