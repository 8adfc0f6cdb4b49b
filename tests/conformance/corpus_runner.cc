// The corpus through the C ABI: a case a line on standard input, its result a line on standard
// output. corpus/README.md has the form of both. Knows pgiam.h alone.
#include <pgiam.h>

#include <boost/json.hpp>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace json = boost::json;

const char* or_null(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_string() ? value->as_string().c_str() : nullptr;
}

std::string_view without_prefix(std::string_view name) {
  for (std::string_view prefix : {"PGIAM_E_", "PGIAM_"})
    if (name.substr(0, prefix.size()) == prefix) return name.substr(prefix.size());
  return name;
}

pgiam_status status_of(std::string_view name) {
  for (pgiam_status status = 0; status < 400; ++status)
    if (without_prefix(pgiam_status_name(status)) == name) return status;
  return PGIAM_E_INTERNAL;
}

// ---- What comes out ----

json::object describe_error(const pgiam_error* error) {
  json::object said;
  said["status"] = without_prefix(pgiam_status_name(pgiam_error_status(error)));
  const auto text = [&](const char* key, int32_t field) {
    said[key] = pgiam_error_text(error, field);
  };
  text("message", PGIAM_ERROR_MESSAGE);
  text("hint", PGIAM_ERROR_HINT);
  text("code", PGIAM_ERROR_CODE);
  text("provider", PGIAM_ERROR_PROVIDER);
  text("sqlstate", PGIAM_ERROR_SQLSTATE);
  said["retryable"] = pgiam_error_number(error, PGIAM_ERROR_RETRYABLE) != 0;
  json::array commands, causes;
  for (size_t i = 0; const char* command = pgiam_error_command(error, i); ++i)
    commands.emplace_back(command);
  for (size_t i = 0; const pgiam_error* cause = pgiam_error_cause(error, i); ++i)
    causes.emplace_back(describe_error(cause));
  said["commands"] = std::move(commands);
  said["causes"] = std::move(causes);
  return said;
}

json::object take_error(pgiam_error* error) {
  json::object result;
  result["error"] = describe_error(error);
  pgiam_error_free(error);
  return result;
}

template <typename At>
json::object params_of(At at) {
  json::object params;
  pgiam_param param = PGIAM_PARAM_INIT;
  for (size_t i = 0; at(i, &param) == PGIAM_OK; ++i) {
    params[param.key] = param.value;
    param = PGIAM_PARAM_INIT;
  }
  return params;
}

json::object take_reply(pgiam_reply* reply) {
  json::object said;
  said["params"] =
      params_of([&](size_t i, pgiam_param* param) { return pgiam_reply_param(reply, i, param); });
  const json::value* password = said["params"].as_object().if_contains("password");
  said["token"] = password ? *password : json::value("");
  said["host"] = pgiam_reply_text(reply, PGIAM_REPLY_SIGNING_HOST);
  said["port"] = pgiam_reply_number(reply, PGIAM_REPLY_SIGNING_PORT);
  said["region"] = pgiam_reply_text(reply, PGIAM_REPLY_REGION);
  said["provider"] = pgiam_reply_text(reply, PGIAM_REPLY_PROVIDER);
  said["target"] = pgiam_reply_text(reply, PGIAM_REPLY_TARGET);
  said["rule"] = pgiam_reply_text(reply, PGIAM_REPLY_RULE);
  said["expires_at_ms"] = pgiam_reply_number(reply, PGIAM_REPLY_TOKEN_EXPIRES_AT);
  json::array warnings;
  for (size_t i = 0; const pgiam_error* warning = pgiam_reply_warning(reply, i); ++i)
    warnings.emplace_back(describe_error(warning));
  said["warnings"] = std::move(warnings);
  pgiam_reply_free(reply);
  return {{"answer", std::move(said)}};
}

// ---- What goes in ----

struct Options {
  explicit Options(const json::value* values) {
    if (!values) return;
    for (const auto& [key, value] : values->as_object())
      keys.emplace_back(key), texts.emplace_back(value.as_string());
    for (size_t i = 0; i < keys.size(); ++i) list.push_back({keys[i].c_str(), texts[i].c_str()});
  }
  std::vector<std::string> keys, texts;
  std::vector<pgiam_option> list;
};

// What the program of the case does when it is asked.
struct Host {
  const json::object& given;
  bool is_asked = false;
  std::vector<pgiam_question*> open;

  void answer(pgiam_question* question) {
    is_asked = true;
    if (given.contains("never")) return open.push_back(question);
    if (const char* message = or_null(given, "declines"))
      return pgiam_question_decline(question, status_of(or_null(given, "status")), message);
    const Options values(given.if_contains("values"));
    pgiam_question_answer(question, values.list.data(), values.list.size());
  }
  static void on_question(void* self, const pgiam_prompt* prompt, pgiam_question* question) {
    if (prompt->kind != PGIAM_PROMPT_CLOSE) static_cast<Host*>(self)->answer(question);
  }
  ~Host() {
    for (pgiam_question* question : open) pgiam_question_decline(question, PGIAM_OK, nullptr);
  }
};

struct Request {
  explicit Request(const json::object& asked, Host& host, const json::object* conninfo)
      : options(asked.if_contains("options")),
        keywords(keywords_of(asked, conninfo)),
        words(&keywords) {
    raw.host = or_null(asked, "host");
    raw.user = or_null(asked, "user");
    raw.password = or_null(asked, "password");
    raw.sslmode = or_null(asked, "sslmode");
    raw.can_apply = or_null(asked, "can_apply");
    if (asked.contains("port")) raw.port = static_cast<uint32_t>(asked.at("port").as_int64());
    raw.options = options.list.data(), raw.option_count = options.list.size();
    raw.keywords = words.list.data(), raw.keyword_count = words.list.size();
    if (!asked.contains("credentials")) return;
    raw.credentials = Host::on_question;
    raw.credentials_user_data = &host;
    raw.credentials_identity = "the corpus";
  }
  static json::value keywords_of(const json::object& asked, const json::object* conninfo) {
    json::object all = conninfo ? *conninfo : json::object();
    if (const json::value* given = asked.if_contains("keywords"))
      for (const auto& [key, value] : given->as_object()) all[key] = value;
    return all;
  }
  Options options;
  json::value keywords;
  Options words;
  pgiam_request raw = PGIAM_REQUEST_INIT;
};

json::object parse_conninfo(const char* text) {
  pgiam_conninfo* parsed = nullptr;
  pgiam_error* error = nullptr;
  if (pgiam_conninfo_parse(text, &parsed, &error) != PGIAM_OK) return take_error(error);
  json::object keywords =
      params_of([&](size_t i, pgiam_param* param) { return pgiam_conninfo_at(parsed, i, param); });
  pgiam_conninfo_free(parsed);
  return {{"keywords", std::move(keywords)}};
}

// ---- The calls ----

bool is_still_running(const pgiam_error* error) {
  return std::string_view(pgiam_error_text(error, PGIAM_ERROR_CODE)) == "still_running";
}

json::object answer(pgiam_context* context, const pgiam_request& request, Host& host,
                    bool cancels) {
  pgiam_operation* operation = nullptr;
  pgiam_reply* reply = nullptr;
  pgiam_error* error = nullptr;
  if (pgiam_operation_start(context, &request, &operation, &error) != PGIAM_OK)
    return take_error(error);
  pgiam_status status;
  bool is_running = true;
  do {
    status = pgiam_operation_wait(operation, 50, &reply, &error);
    is_running = status == PGIAM_E_TIMEOUT && is_still_running(error);
    if (is_running) pgiam_error_free(std::exchange(error, nullptr));
    if (cancels && host.is_asked) pgiam_operation_cancel(operation);
  } while (is_running);
  pgiam_operation_free(operation);
  return status == PGIAM_OK ? take_reply(reply) : take_error(error);
}

json::object follow(pgiam_context* context, const pgiam_request& request,
                    const json::array& outcomes) {
  pgiam_attempt* attempt = nullptr;
  pgiam_error* error = nullptr;
  json::array connects;
  const auto end = [&](json::object result) {
    pgiam_attempt_free(attempt);
    result["connects"] = std::move(connects);
    return result;
  };
  if (pgiam_attempt_new(context, &request, &attempt, &error) != PGIAM_OK)
    return end(take_error(error));
  for (size_t i = 0;; ++i) {
    pgiam_step step = PGIAM_STEP_INIT;
    if (pgiam_attempt_next(attempt, &step, &error) != PGIAM_OK) return end(take_error(error));
    if (step.kind == PGIAM_STEP_DONE) return end({{"done", true}});
    connects.emplace_back(params_of([&](size_t index, pgiam_param* param) {
      return pgiam_attempt_param(attempt, index, param);
    }));
    if (i == outcomes.size()) return end({{"done", false}});
    const json::object& told = outcomes[i].as_object();
    pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
    outcome.outcome = told.contains("message") ? PGIAM_OUTCOME_OTHER : PGIAM_OUTCOME_CONNECTED;
    outcome.sqlstate = or_null(told, "sqlstate");
    outcome.message = or_null(told, "message");
    pgiam_attempt_report(attempt, &outcome);
  }
}

json::object run(const json::object& asked) {
  const json::object& request = asked.at("request").as_object();
  json::object conninfo;
  if (const char* text = or_null(request, "conninfo")) {
    conninfo = parse_conninfo(text);
    if (conninfo.contains("error") || asked.at("call").as_string() == "conninfo") return conninfo;
  }
  const json::object none;
  const json::value* credentials = request.if_contains("credentials");
  const json::value* person = asked.if_contains("person");
  Host host{credentials ? credentials->as_object() : none, false, {}};
  Host asker{person ? person->as_object() : none, false, {}};

  const Options options(asked.if_contains("context"));
  pgiam_config config = PGIAM_CONFIG_INIT;
  config.options = options.list.data(), config.option_count = options.list.size();
  if (person) config.ask = Host::on_question, config.ask_user_data = &asker;
  pgiam_context* context = nullptr;
  pgiam_error* error = nullptr;
  if (pgiam_context_new(&config, &context, &error) != PGIAM_OK) return take_error(error);
  const json::value* keywords = conninfo.if_contains("keywords");
  const Request made(request, host, keywords ? &keywords->as_object() : nullptr);
  if (asked.contains("warm")) follow(context, made.raw, {json::object()});
  json::object result = asked.at("call").as_string() == "attempt"
                            ? follow(context, made.raw, asked.at("outcomes").as_array())
                            : answer(context, made.raw, host, asked.contains("cancel"));
  pgiam_context_free(context);
  return result;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << json::serialize(run(json::parse(line).as_object())) << std::endl;
}
