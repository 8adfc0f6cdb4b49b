// pgiam.hpp - pgiam.h for C++11 and later: ownership by RAII, errors as a Result or as an
// exception.
//
//   pgiam::Context context(pgiam::Config().host("myapp", "1.0").option("profile", "dev"));
//   auto reply = context.before_connect(pgiam::Request(host).user(user));
//   if (!reply) return fail(reply.error().what());   // or .value(), which throws the Error
//   for (const pgiam_param& param : reply->params()) set(param.key, param.value);
//
// A connection that is not ours is no error: its reply has no parameters to set.
// Header only. Everything goes through a pgiam_api: that of the linked library, or the one a host
// that dlopens was given by pgiam_loader.h. What pgiam.h says of threads, fork and callbacks holds.
#ifndef PGIAM_HPP
#define PGIAM_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "pgiam.h"

namespace pgiam {
// Names of their own for the linker: programs may mix objects built with headers of several majors.
inline namespace abi1 {

// The table of the linked library. Where this is never called, nothing needs linking.
inline const pgiam_api* linked() { return pgiam_get_api(PGIAM_ABI_MAJOR); }

// What went wrong. Copies share one pgiam_error; texts live as long as any of them.
class Error : public std::exception {
 public:
  // Takes `error` over; it may be NULL.
  Error(const pgiam_api* api, pgiam_status status, pgiam_error* error)
      : api_(api), status_(status) {
    if (error) error_.reset(error, api->error_free);
  }
  // Of a caller's text, which C would read no further than its NUL: a token for app\0x is one
  // for app.
  static Error nul_in_text(const pgiam_api* api) {
    Error error(api, PGIAM_E_INVALID_ARGUMENT, nullptr);
    error.has_nul_ = true;
    return error;
  }

  pgiam_status status() const noexcept { return status_; }
  // One sentence without secrets, fit for a dialog; the status by name where there is no more to
  // say.
  const char* what() const noexcept override {
    const char* message = text(PGIAM_ERROR_MESSAGE);
    if (*message) return message;
    return api_ ? api_->status_name(status_) : "no pgiam library of this ABI";
  }
  const char* hint() const noexcept { return text(PGIAM_ERROR_HINT); }
  const char* provider() const noexcept { return text(PGIAM_ERROR_PROVIDER); }
  const char* remote() const noexcept { return text(PGIAM_ERROR_REMOTE); }
  // PGIAM_ERROR_CODE and the other text fields; "" when absent.
  const char* text(std::int32_t field) const noexcept {
    if (has_nul_ && field == PGIAM_ERROR_CODE) return "nul_in_text";
    if (has_nul_ && field == PGIAM_ERROR_MESSAGE) return "a text has a NUL in it";
    return error_ ? api_->error_text(error_.get(), field) : "";
  }
  bool retryable() const noexcept {
    return error_ && api_->error_number(error_.get(), PGIAM_ERROR_RETRYABLE) != 0;
  }

  // Before the same call can bring anything else; zero where that is not known.
  std::chrono::milliseconds retry_after() const noexcept {
    return std::chrono::milliseconds(
        error_ ? api_->error_number(error_.get(), PGIAM_ERROR_RETRY_AFTER_MS) : 0);
  }

  // What to type, or to do where there is nothing to type, best first.
  std::vector<std::string> commands() const {
    std::vector<std::string> commands;
    if (!error_ || !PGIAM_API_HAS(api_, error_command)) return commands;
    for (std::size_t i = 0; const char* command = api_->error_command(error_.get(), i); ++i) {
      commands.push_back(command);
    }
    return commands;
  }

  // What was tried and why it gave nothing, in order; of a refusal by a server, what may be behind it.
  std::vector<Error> causes() const {
    std::vector<Error> causes;
    if (!error_) return causes;
    for (std::size_t i = 0; const pgiam_error* cause = api_->error_cause(error_.get(), i); ++i) {
      causes.push_back(Error(*this, cause));
    }
    return causes;
  }

 private:
  friend class Reply;
  // A warning of a reply, which it keeps alive.
  Error(const pgiam_api* api, const std::shared_ptr<pgiam_reply>& reply, const pgiam_error* warning)
      : api_(api),
        status_(api->error_status(warning)),
        error_(reply, const_cast<pgiam_error*>(warning)) {}
  // A cause belongs to its parent and keeps it alive.
  Error(const Error& parent, const pgiam_error* cause)
      : api_(parent.api_),
        status_(parent.api_->error_status(cause)),
        error_(parent.error_, const_cast<pgiam_error*>(cause)) {}

  const pgiam_api* api_;
  pgiam_status status_;
  bool has_nul_ = false;
  std::shared_ptr<pgiam_error> error_;
};

// A T, or the Error that stands in its place.
template <typename T>
class Result {
 public:
  Result(T value) : error_(nullptr, PGIAM_OK, nullptr), value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}
  Result(Result&& other) : error_(other.error_) {
    if (other) ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  Result& operator=(Result&&) = delete;
  ~Result() {
    if (*this) value_.~T();
  }

  explicit operator bool() const noexcept { return error_.status() == PGIAM_OK; }
  // Only of a Result that is false.
  const Error& error() const noexcept { return error_; }

  // Throws the Error.
  T& value() & {
    if (!*this) throw error_;
    return value_;
  }
  T value() && {
    if (!*this) throw error_;
    return std::move(value_);
  }
  // Only of a Result that is true.
  T& operator*() & noexcept { return value_; }
  T* operator->() noexcept { return &value_; }

 private:
  Error error_;  // status PGIAM_OK: there is a value
  union {
    T value_;
  };
};

// What to do to the connection. Wipes its secrets when it goes.
class Reply {
 public:
  Reply(const pgiam_api* api, pgiam_reply* reply) : api_(api), reply_(reply, api->reply_free) {}
  Reply(Reply&&) = default;
  Reply& operator=(Reply&&) = default;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  // False: not our target, connect as if we were absent.
  bool applies() const noexcept { return reply_ != nullptr; }
  // Key and value are borrowed, as all texts of a reply are: they live as long as it does.
  std::vector<pgiam_param> params() const {
    std::vector<pgiam_param> params(reply_ ? api_->reply_param_count(reply_.get()) : 0);
    for (std::size_t i = 0; i < params.size(); ++i) {
      params[i].struct_size = sizeof(pgiam_param);
      api_->reply_param(reply_.get(), i, &params[i]);
    }
    return params;
  }
  // The value of one parameter, "password" say; nullptr where the reply does not set it.
  const char* param(const char* key) const {
    for (const pgiam_param& param : params()) {
      if (std::strcmp(key, param.key) == 0) return param.value;
    }
    return nullptr;
  }
  // PGIAM_REPLY_PROVIDER and the other text facts; "" when absent.
  const char* text(std::int32_t field) const noexcept {
    return reply_ ? api_->reply_text(reply_.get(), field) : "";
  }
  // PGIAM_REPLY_TOKEN_EXPIRES_AT and the other whole-number facts; 0 when absent.
  std::int64_t number(std::int32_t field) const noexcept {
    return reply_ ? api_->reply_number(reply_.get(), field) : 0;
  }
  // What a person should know although it worked, with codes and commands. One that is kept keeps the
  // reply.
  std::vector<Error> warnings() const {
    std::vector<Error> warnings;
    if (!reply_ || !PGIAM_API_HAS(api_, reply_warning)) return warnings;
    for (std::size_t i = 0; const pgiam_error* warning = api_->reply_warning(reply_.get(), i); ++i) {
      warnings.push_back(Error(api_, reply_, warning));
    }
    return warnings;
  }
  const pgiam_reply* get() const noexcept { return reply_.get(); }

 private:
  const pgiam_api* api_;
  std::shared_ptr<pgiam_reply> reply_;
};

namespace detail {

inline bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

class Options {
 public:
  void add(std::string key, std::string value) {
    options_.emplace_back(std::move(key), std::move(value));
  }
  bool have_nul() const {
    for (const auto& option : options_) {
      if (has_nul(option.first) || has_nul(option.second)) return true;
    }
    return false;
  }
  // Points into this object.
  std::vector<pgiam_option> pointers() const {
    std::vector<pgiam_option> pointers;
    for (const auto& option : options_) {
      pointers.push_back(pgiam_option{option.first.c_str(), option.second.c_str()});
    }
    return pointers;
  }

 private:
  std::vector<std::pair<std::string, std::string>> options_;
};

// One result of the C functions: reply on OK and on NOT_APPLICABLE, error otherwise.
inline Result<Reply> to_result(const pgiam_api* api, pgiam_status status, pgiam_reply* reply,
                               pgiam_error* error) {
  Error owned(api, status, error);
  if (status == PGIAM_OK || status == PGIAM_NOT_APPLICABLE) return Reply(api, reply);
  return owned;
}

}  // namespace detail

// What the library asks the host, to be answered now or later, on any thread. Whoever lets go of it
// unanswered declines.
class Question {
 public:
  Question(const pgiam_api* api, pgiam_question* question)
      : api_(api), question_(question, Decline{api}) {}

  // "answer" of a prompt that wants one; the parts of credentials, under pgiam_credentials' keys.
  pgiam_status answer(const std::vector<std::pair<std::string, std::string>>& values =
                          std::vector<std::pair<std::string, std::string>>()) {
    std::vector<pgiam_option> pointers;
    for (const auto& value : values) {
      if (detail::has_nul(value.first) || detail::has_nul(value.second)) {
        decline(PGIAM_E_INVALID_ARGUMENT, "a text of the answer has a NUL in it");
        return PGIAM_E_INVALID_ARGUMENT;
      }
      pointers.push_back(pgiam_option{value.first.c_str(), value.second.c_str()});
    }
    return api_->question_answer(question_.release(), pointers.data(), pointers.size());
  }
  void decline(pgiam_status status, const char* message) {
    api_->question_decline(question_.release(), status, message);
  }
  // False: of PGIAM_PROMPT_CLOSE, which wants no answer; or it was finished.
  explicit operator bool() const noexcept { return question_ != nullptr; }

 private:
  struct Decline {
    const pgiam_api* api;
    void operator()(pgiam_question* question) const noexcept {
      api->question_decline(question, PGIAM_OK, nullptr);
    }
  };
  const pgiam_api* api_;
  std::unique_ptr<pgiam_question, Decline> question_;
};

// Runs inside calls of the host's own. An exception that leaves it declines.
using Ask = std::function<void(const pgiam_prompt& prompt, Question question)>;

namespace detail {

struct Asked {
  const pgiam_api* api;
  Ask ask;

  static void PGIAM_CALL call(void* asked, const pgiam_prompt* prompt, pgiam_question* question) {
    const Asked* given = static_cast<Asked*>(asked);
    try {
      given->ask(*prompt, Question(given->api, question));
    } catch (...) {
    }
  }
};

}  // namespace detail

// One connection about to be made. Setters chain; what is not set keeps its default.
class Request {
 public:
  explicit Request(std::string host = std::string()) : host_(std::move(host)) {}

  Request& port(std::uint32_t port) { return fields_.port = port, *this; }
  Request& user(std::string user) { return user_ = std::move(user), *this; }
  Request& database(std::string database) { return database_ = std::move(database), *this; }
  // What would be sent without us. Borrowed, so that no copy of it stays behind: keep it until the
  // call is over.
  Request& password(const char* password) { return fields_.password = password, *this; }
  Request& sslmode(std::string sslmode) { return sslmode_ = std::move(sslmode), *this; }
  Request& flags(std::uint32_t flags) { return fields_.flags = flags, *this; }
  Request& timeout(std::chrono::milliseconds timeout) {
    return fields_.timeout_ms = timeout.count(), *this;
  }
  // Overrides the context's for this connection.
  Request& option(std::string key, std::string value) {
    return options_.add(std::move(key), std::move(value)), *this;
  }

  // One of libpq's keywords, as the client resolved it; lists as they stand.
  Request& keyword(std::string key, std::string value) {
    return keywords_.add(std::move(key), std::move(value)), *this;
  }
  // What a reply may set here: "password,sslmode", "*" for all.
  Request& can_apply(std::string keywords) { return can_apply_ = std::move(keywords), *this; }
  // The host's own credentials in place of all others, kept under that identity. Needs a library of
  // ABI 1.2.
  Request& credentials(Ask ask, std::string identity) {
    credentials_.reset(new detail::Asked{nullptr, std::move(ask)});
    return identity_ = std::move(identity), *this;
  }

  // Then Context refuses it.
  bool has_nul() const {
    for (const std::string* text : {&host_, &user_, &database_, &sslmode_, &can_apply_, &identity_}) {
      if (detail::has_nul(*text)) return true;
    }
    return options_.have_nul() || keywords_.have_nul();
  }

  // Calls f(const pgiam_request*), whose pointers hold during the call.
  template <typename F>
  auto with(F f) const -> decltype(f(static_cast<const pgiam_request*>(nullptr))) {
    const std::vector<pgiam_option> options = options_.pointers();
    pgiam_request request = fields_;
    request.host = host_.c_str();
    request.user = user_.c_str();
    request.database = database_.c_str();
    request.sslmode = sslmode_.c_str();
    request.options = options.data();
    request.option_count = options.size();
    const std::vector<pgiam_option> keywords = keywords_.pointers();
    request.keywords = keywords.empty() ? nullptr : keywords.data();
    request.keyword_count = keywords.size();
    request.can_apply = can_apply_.empty() ? nullptr : can_apply_.c_str();
    if (credentials_) {
      request.credentials = detail::Asked::call;
      request.credentials_user_data = credentials_.get();
      request.credentials_identity = identity_.c_str();
    }
    return f(static_cast<const pgiam_request*>(&request));
  }

 private:
  friend class Context;
  // Who asks by it, for as long as that may be.
  std::shared_ptr<detail::Asked> asked_by(const pgiam_api* api) const {
    if (credentials_) credentials_->api = api;
    return credentials_;
  }

  pgiam_request fields_ = PGIAM_REQUEST_INIT;
  std::string host_, user_, database_, sslmode_, can_apply_, identity_;
  detail::Options options_, keywords_;
  std::shared_ptr<detail::Asked> credentials_;
};

// Takes what the person typed, inside a prompt callback.
class Answer {
 public:
  Answer(const pgiam_api* api, pgiam_answer* answer) : api_(api), answer_(answer) {}
  pgiam_status set(const char* text, std::size_t length) {
    return api_->answer_set(answer_, text, length);
  }

 private:
  const pgiam_api* api_;
  pgiam_answer* answer_;
};

// Settings of a context. Callbacks run on any thread; an exception that leaves one is stopped: it
// loses the log line, or declines the login.
class Config {
 public:
  using Log = std::function<void(std::int32_t level, const char* component, const char* message)>;
  using Prompt = std::function<pgiam_status(const pgiam_prompt& prompt, Answer& answer)>;

  // For the user agent and the log.
  Config& host(std::string name, std::string version) {
    return host_name_ = std::move(name), host_version_ = std::move(version), *this;
  }
  // Config-wide default of what a Request may override; options() lists them all.
  Config& option(std::string key, std::string value) {
    return options_.add(std::move(key), std::move(value)), *this;
  }
  Config& log(std::int32_t level, Log log) {
    return log_level_ = level, log_ = std::move(log), *this;
  }
  Config& prompt(Prompt prompt) { return prompt_ = std::move(prompt), *this; }
  // Instead of prompt, for answers that take their time. Needs a library of ABI 1.2.
  Config& ask(Ask ask) { return ask_ = std::move(ask), *this; }

 private:
  friend class Context;
  std::string host_name_, host_version_;
  detail::Options options_;
  std::int32_t log_level_ = 0;
  Log log_;
  Prompt prompt_;
  Ask ask_;
};

// A before_connect under way. Freed while it runs, it is cancelled.
class Operation {
 public:
  Operation(const pgiam_api* api, pgiam_operation* operation,
            std::shared_ptr<detail::Asked> asked = nullptr)
      : api_(api), asked_(std::move(asked)), operation_(operation, api->operation_free) {}

  // The result, once. Error PGIAM_E_TIMEOUT: it still runs, wait again. Zero polls.
  Result<Reply> wait(std::chrono::milliseconds timeout) { return wait_ms(timeout.count()); }
  Result<Reply> wait() { return wait_ms(-1); }
  // From any thread; wait then answers PGIAM_E_CANCELLED.
  void cancel() noexcept { api_->operation_cancel(operation_.get()); }
  // For an event loop: readable while wait has something to do. The operation's own.
  Result<std::int64_t> descriptor() {
    if (!PGIAM_API_HAS(api_, operation_descriptor)) {
      return Error(api_, PGIAM_E_UNSUPPORTED, nullptr);
    }
    std::int64_t descriptor = -1;
    pgiam_error* error = nullptr;
    const pgiam_status status = api_->operation_descriptor(operation_.get(), &descriptor, &error);
    if (status != PGIAM_OK) return Error(api_, status, error);
    return descriptor;
  }

 private:
  Result<Reply> wait_ms(std::int64_t timeout_ms) {
    pgiam_reply* reply = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = api_->operation_wait(operation_.get(), timeout_ms, &reply, &error);
    return detail::to_result(api_, status, reply, error);
  }

  const pgiam_api* api_;
  std::shared_ptr<detail::Asked> asked_;
  std::unique_ptr<pgiam_operation, void(PGIAM_CALL*)(pgiam_operation*)> operation_;
};

// A connection from the first host to the end: pgiam.h, "The attempt".
class Attempt {
 public:
  Attempt(const pgiam_api* api, pgiam_attempt* attempt, std::shared_ptr<detail::Asked> asked)
      : api_(api), asked_(std::move(asked)), attempt_(attempt, api->attempt_free) {}

  // What to do next. Error PGIAM_NOT_APPLICABLE: connect as if we were absent; any other is the end.
  Result<pgiam_step> next() {
    pgiam_step step = PGIAM_STEP_INIT;
    pgiam_error* error = nullptr;
    const pgiam_status status = api_->attempt_next(attempt_.get(), &step, &error);
    if (status != PGIAM_OK) return Error(api_, status, error);
    return step;
  }
  // Of a connect: what to set over the user's own. Borrowed until the next call.
  std::vector<pgiam_param> params() const {
    std::vector<pgiam_param> params;
    pgiam_param param = PGIAM_PARAM_INIT;
    while (api_->attempt_param(attempt_.get(), params.size(), &param) == PGIAM_OK) {
      params.push_back(param);
    }
    return params;
  }
  // The hosts of the list, each with its password, once there is one. Borrowed as well.
  std::vector<pgiam_host> hosts() const {
    std::vector<pgiam_host> hosts;
    pgiam_host host = PGIAM_HOST_INIT;
    while (api_->attempt_host(attempt_.get(), hosts.size(), &host) == PGIAM_OK) {
      hosts.push_back(host);
    }
    return hosts;
  }
  // One of them, without memory; all zero where there is none.
  pgiam_host host(std::size_t index) const noexcept {
    pgiam_host host = PGIAM_HOST_INIT;
    api_->attempt_host(attempt_.get(), index, &host);
    return host;
  }
  pgiam_status report(const pgiam_outcome& outcome) {
    return api_->attempt_report(attempt_.get(), &outcome);
  }
  pgiam_status connected() {
    pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
    outcome.outcome = PGIAM_OUTCOME_CONNECTED;
    return report(outcome);
  }
  // Status PGIAM_OK: hosts() tells a password that this one takes now.
  Error refresh(std::size_t host) {
    pgiam_error* error = nullptr;
    const pgiam_status status = api_->attempt_refresh(attempt_.get(), host, &error);
    return Error(api_, status, error);
  }
  void restart() { api_->attempt_restart(attempt_.get(), nullptr); }
  // From any thread.
  void cancel() noexcept { api_->attempt_cancel(attempt_.get()); }

 private:
  const pgiam_api* api_;
  std::shared_ptr<detail::Asked> asked_;
  std::unique_ptr<pgiam_attempt, void(PGIAM_CALL*)(pgiam_attempt*)> attempt_;
};

// The door to the library: make one, use it from every thread. Outlives its operations.
class Context {
 public:
  // Throws the Error.
  explicit Context(const Config& config = Config(), const pgiam_api* api = linked())
      : Context(create(config, api).value()) {}

  static Result<Context> create(const Config& config = Config(), const pgiam_api* api = linked()) {
    if (!api) return Error(nullptr, PGIAM_E_UNSUPPORTED, nullptr);
    if (config.options_.have_nul()) return Error::nul_in_text(api);
    std::unique_ptr<Callbacks> callbacks(new Callbacks{api, config.log_, config.prompt_, detail::Asked{api, config.ask_}});
    const std::vector<pgiam_option> options = config.options_.pointers();
    pgiam_config raw = PGIAM_CONFIG_INIT;
    raw.log_level = config.log_level_;
    raw.host_name = config.host_name_.c_str();
    raw.host_version = config.host_version_.c_str();
    raw.options = options.data();
    raw.option_count = options.size();
    if (config.log_) raw.log = on_log;
    if (config.prompt_) raw.prompt = on_prompt;
    raw.log_user_data = raw.prompt_user_data = callbacks.get();
    if (config.ask_) {
      raw.ask = detail::Asked::call;
      raw.ask_user_data = &callbacks->asked;
    }

    pgiam_context* context = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = api->context_new(&raw, &context, &error);
    if (status != PGIAM_OK) return Error(api, status, error);
    return Context(api, std::move(callbacks), context);
  }

  // Before every connect and reconnect. Blocks; served from the cache in microseconds when it can.
  Result<Reply> before_connect(const Request& request) {
    return ask(api_->before_connect, request);
  }

  // What before_connect would do and why: PGIAM_REPLY_EXPLANATION of the reply.
  Result<Reply> explain(const Request& request) { return ask(api_->explain, request); }

  // The cloud's credentials themselves: the reply's parameters access_key_id, secret_access_key …
  Result<Reply> credentials(const Request& request = Request()) {
    if (!PGIAM_API_HAS(api_, credentials)) return older_library();
    return ask(api_->credentials, request);
  }

  // Signs the person in to whatever those rest on, by the Config's prompt, and hands them out.
  Result<Reply> login(const Request& request = Request()) {
    if (!PGIAM_API_HAS(api_, login)) return older_library();
    return ask(api_->login, request);
  }

  // What the cloud says of the credentials that this request would use (PGIAM_EXAMINE_): JSON.
  Result<std::string> examine(const Request& request, std::uint32_t what) {
    if (!PGIAM_API_HAS(api_, examine)) return older_library();
    if (request.has_nul()) return Error::nul_in_text(api_);
    std::string found;
    pgiam_error* error = nullptr;
    const pgiam_status status = request.with([&](const pgiam_request* raw) {
      return api_->examine(context_.get(), raw, what, on_examined, &found, &error);
    });
    if (status != PGIAM_OK) return Error(api_, status, error);
    return found;
  }

  // Without blocking. `done` is called once, from a library thread, when wait will not block.
  Result<Operation> start(const Request& request, std::function<void()> done = nullptr) {
    if (request.has_nul()) return Error::nul_in_text(api_);
    std::unique_ptr<std::function<void()>> owned(done ? new std::function<void()>(std::move(done))
                                                      : nullptr);
    pgiam_operation* operation = nullptr;
    pgiam_error* error = nullptr;
    std::shared_ptr<detail::Asked> asked = request.asked_by(api_);
    const pgiam_status status = request.with([&](const pgiam_request* raw) {
      if (!owned && PGIAM_API_HAS(api_, operation_start)) {
        return api_->operation_start(context_.get(), raw, &operation, &error);
      }
      return api_->before_connect_start(context_.get(), raw, owned ? on_done : nullptr, owned.get(),
                                        &operation, &error);
    });
    if (status != PGIAM_OK) return Error(api_, status, error);
    owned.release();  // on_done's
    return Operation(api_, operation, std::move(asked));
  }

  // A connection from the first host to the end.
  Result<Attempt> attempt(const Request& request) {
    if (request.has_nul()) return Error::nul_in_text(api_);
    std::shared_ptr<detail::Asked> asked = request.asked_by(api_);
    return request.with([&](const pgiam_request* raw) { return begin(*raw, std::move(asked)); });
  }
  // For who fills C's own structure.
  Result<Attempt> attempt(const pgiam_request& request) { return begin(request, nullptr); }

  // Tells how it went (PGIAM_OUTCOME_); true: the token was an old one, ask again, once.
  bool after_connect(const Reply& reply, std::int32_t outcome, const char* sqlstate = nullptr) {
    std::int32_t advice = PGIAM_ADVICE_NONE;
    if (reply.applies()) {
      api_->after_connect(context_.get(), reply.get(), outcome, sqlstate, &advice);
    }
    return advice == PGIAM_ADVICE_RETRY_ONCE;
  }

  // What a failed connection means: an Error of status PGIAM_E_DENIED or PGIAM_E_INSECURE explains it;
  // PGIAM_NOT_APPLICABLE: the client's own words say it all.
  Error explain_refusal(const Reply& reply, const pgiam_outcome& outcome) {
    return explain_refusal(reply.get(), outcome);
  }
  // NULL: there is nothing to explain.
  Error explain_refusal(const pgiam_reply* reply, const pgiam_outcome& outcome) {
    if (!reply || !PGIAM_API_HAS(api_, explain_refusal)) {
      return Error(api_, PGIAM_NOT_APPLICABLE, nullptr);
    }
    pgiam_error* error = nullptr;
    const pgiam_status status = api_->explain_refusal(context_.get(), reply, &outcome, &error);
    return Error(api_, status == PGIAM_OK ? api_->error_status(error) : status, error);
  }

  pgiam_context* get() const noexcept { return context_.get(); }

 private:
  struct Callbacks {
    const pgiam_api* api;
    Config::Log log;
    Config::Prompt prompt;
    detail::Asked asked;
  };
  // The context goes before the callbacks that it may still be calling.
  struct Free {
    const pgiam_api* api;
    std::unique_ptr<Callbacks> callbacks;
    void operator()(pgiam_context* context) const noexcept { api->context_free(context); }
  };

  Context(const pgiam_api* api, std::unique_ptr<Callbacks> callbacks, pgiam_context* context)
      : api_(api), context_(context, Free{api, std::move(callbacks)}) {}

  template <typename Call>
  Result<Reply> ask(Call call, const Request& request) {
    if (request.has_nul()) return Error::nul_in_text(api_);
    pgiam_reply* reply = nullptr;
    pgiam_error* error = nullptr;
    const std::shared_ptr<detail::Asked> asked = request.asked_by(api_);
    const pgiam_status status = request.with(
        [&](const pgiam_request* raw) { return call(context_.get(), raw, &reply, &error); });
    return detail::to_result(api_, status, reply, error);
  }

  Result<Attempt> begin(const pgiam_request& request, std::shared_ptr<detail::Asked> asked) {
    if (!PGIAM_API_HAS(api_, attempt_free)) return older_library();
    pgiam_attempt* attempt = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = api_->attempt_new(context_.get(), &request, &attempt, &error);
    if (status != PGIAM_OK) return Error(api_, status, error);
    return Attempt(api_, attempt, std::move(asked));
  }

  // The library that was found is of an earlier 1.x than this header.
  Error older_library() const { return Error(api_, PGIAM_E_UNSUPPORTED, nullptr); }

  static void PGIAM_CALL on_log(void* callbacks, std::int32_t level, const char* component,
                                const char* message) {
    try {
      static_cast<Callbacks*>(callbacks)->log(level, component, message);
    } catch (...) {
    }
  }
  static pgiam_status PGIAM_CALL on_prompt(void* callbacks, const pgiam_prompt* prompt,
                                           pgiam_answer* answer) {
    const Callbacks* given = static_cast<Callbacks*>(callbacks);
    Answer wrapped(given->api, answer);
    try {
      return given->prompt(*prompt, wrapped);
    } catch (...) {
      return PGIAM_E_LOGIN_DECLINED;
    }
  }
  static void PGIAM_CALL on_examined(void* found, const char* json, std::size_t size) {
    try {
      static_cast<std::string*>(found)->assign(json, size);
    } catch (...) {
    }
  }
  static void PGIAM_CALL on_done(void* done) {
    const std::unique_ptr<std::function<void()>> owned(static_cast<std::function<void()>*>(done));
    try {
      (*owned)();
    } catch (...) {
    }
  }

  const pgiam_api* api_;
  std::unique_ptr<pgiam_context, Free> context_;
};

// Every option there is, for a connection dialog. Texts are static.
inline std::vector<pgiam_option_info> options(const pgiam_api* api = linked()) {
  std::vector<pgiam_option_info> all;
  pgiam_option_info info = pgiam_option_info();
  info.struct_size = sizeof info;
  while (api->option_at(all.size(), &info) == PGIAM_OK) all.push_back(info);
  return all;
}

// "target:aws.rds", "provider:aws.sso": what this library can do.
inline std::vector<const char*> features(const pgiam_api* api = linked()) {
  std::vector<const char*> all;
  while (const char* feature = api->feature_at(all.size())) all.push_back(feature);
  return all;
}

}  // namespace abi1
}  // namespace pgiam
#endif  // PGIAM_HPP
