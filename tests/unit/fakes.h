// The world at the ports, as a test wants it: time stands still, files and variables are maps, HTTP
// answers what was scripted.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ports/world.h"

namespace pgiam::test {

inline Time at(const char* rfc3339) { return parse_rfc3339(rfc3339).value(); }

class FakeClock : public Clock {
 public:
  explicit FakeClock(const char* start = "2026-01-01T12:00:00Z") : now_(at(start)) {}
  Time now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  Milliseconds uptime() const override {
    const std::lock_guard lock(mutex_);
    return uptime_;
  }
  void advance(Milliseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
    uptime_ += by;
  }
  // Somebody sets the wall clock; the stopwatch goes on.
  void set(Time now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }

 private:
  mutable std::mutex mutex_;
  Time now_;
  Milliseconds uptime_{1'000'000};
};

class FakeEnvironment : public Environment {
 public:
  std::optional<std::string> get(const char* name) const override {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }
  std::uint64_t generation() const override { return generation_; }
  std::vector<std::string> data_folders() const override { return data_folders_of_package; }
  std::vector<std::string> data_folders_of_package;
  void set(const std::string& name, const std::string& value) {
    values_[name] = value;
    ++generation_;
  }
  void unset(const std::string& name) {
    values_.erase(name);
    ++generation_;
  }

 private:
  std::map<std::string, std::string> values_;
  std::uint64_t generation_ = 0;
};

class FakeFiles : public Files {
 public:
  FileStamp stamp(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return {};
    return {true, 1, found->second.version, found->second.text.size(), 0, found->second.mode, 0, 0, true};
  }
  Result<std::string> read(const std::string& path, const Call&) const override {
    const std::lock_guard lock(mutex_);
    ++reads_;
    const auto found = files_.find(path);
    if (found == files_.end()) return make_error(Status::kNoCredentials, path + " does not exist");
    return found->second.text;
  }
  Result<std::string> read_trusted(const std::string& path, const Call& call) const override {
    return read(path, call);
  }
  Result<void> replace(const std::string& path, std::string_view content) const override {
    write(path, content);
    return {};
  }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path, const Call&) const override {
    {
      const std::lock_guard lock(mutex_);
      locked_.push_back(path);
    }
    if (on_lock) on_lock(path);
    return std::make_unique<FileLock>();
  }
  void write(const std::string& path, std::string_view text) const {
    const std::lock_guard lock(mutex_);
    files_[path] = {std::string(text), ++versions_};
  }
  void chmod(const std::string& path, std::uint32_t mode) const {
    const std::lock_guard lock(mutex_);
    files_[path].mode = mode;
  }
  void remove(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    files_.erase(path);
  }
  // What others did until the lock was had.
  std::function<void(const std::string&)> on_lock;
  int reads() const { return reads_; }
  std::vector<std::string> locked() const { return locked_; }

 private:
  struct File {
    std::string text;
    std::uint64_t version = 0;
    std::uint32_t mode = 0600;
  };
  mutable std::mutex mutex_;
  mutable std::map<std::string, File> files_;
  mutable std::uint64_t versions_ = 0;
  mutable int reads_ = 0;
  mutable std::vector<std::string> locked_;
};

class FakeResolver : public Resolver {
 public:
  Result<std::vector<std::string>> aliases(const std::string& host,
                                           const Call& call) const override {
    asked.push_back(host);
    if (on_call) on_call(call);
    if (call.stop.stop_requested()) return cancelled();
    if (is_silent) return make_error(Status::kTimeout, "DNS did not answer in time for " + host);
    if (is_down) return make_error(Status::kNetwork, "DNS did not answer for " + host);
    const auto found = names.find(host);
    return found == names.end() ? std::vector<std::string>() : found->second;
  }
  Result<std::vector<std::string>> addresses(const std::string& host, const Call&) const override {
    const auto found = addresses_of.find(host);
    if (found == addresses_of.end()) return make_error(Status::kNetwork, host + " has no address");
    return found->second;
  }
  std::map<std::string, std::vector<std::string>> names, addresses_of;
  bool is_down = false, is_silent = false;
  std::function<void(const Call&)> on_call;
  mutable std::vector<std::string> asked;
};

class FakeHttp : public Http {
 public:
  using Handler = std::function<Result<HttpResponse>(const HttpRequest&)>;

  Result<HttpResponse> send(const HttpRequest& request, const Call&) override {
    Handler handler;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      if (!answers_.empty()) {
        handler = std::move(answers_.front());
        answers_.pop_front();
      } else {
        handler = otherwise_;
      }
    }
    if (handler) return handler(request);
    return make_error(Status::kNetwork, "nothing listens at " + request.url);
  }
  // The next answers, in order; then whatever `otherwise` says.
  void answer(int status, std::string body, std::vector<HttpHeader> headers = {}) {
    answer([=](const HttpRequest&) { return HttpResponse{status, headers, body, true}; });
  }
  void answer(Handler handler) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(handler));
  }
  void otherwise(Handler handler) { otherwise_ = std::move(handler); }
  std::vector<HttpRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Handler> answers_;
  Handler otherwise_;
  std::vector<HttpRequest> requests_;
};

class FakeProcess : public Process {
 public:
  Result<ProcessResult> run(const ProcessRequest& request, const Call&) override {
    requests.push_back(request);
    return result;
  }
  std::vector<ProcessRequest> requests;
  Result<ProcessResult> result = ProcessResult{};
};

class FakeLog : public Log {
 public:
  bool wants(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view component, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    text_.append(component).append(": ").append(line).append("\n");
  }
  void follow_file(std::optional<LogLevel> level) override {
    const std::lock_guard lock(mutex_);
    followed_ = level;
    ++follows_;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  // What the configuration file wanted last.
  std::optional<LogLevel> followed() const {
    const std::lock_guard lock(mutex_);
    return followed_;
  }
  // How often it was told.
  int follows() const {
    const std::lock_guard lock(mutex_);
    return follows_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
  std::optional<LogLevel> followed_;
  int follows_ = 0;
};

class FakePrompt : public Prompt {
 public:
  bool available() const override { return is_available; }
  Result<Secret> ask(const PromptRequest& request, const Call&) override {
    requests.push_back(request);
    return answer;
  }
  bool is_available = false;
  Result<Secret> answer = Secret("");
  std::vector<PromptRequest> requests;
};

// HOME is /home/ann, and nothing else is there.
struct FakeWorld {
  FakeWorld() { environment.set("HOME", "/home/ann"); }
  FakeWorld(const FakeWorld&) = delete;
  FakeWorld& operator=(const FakeWorld&) = delete;

  FakeClock clock;
  FakeEnvironment environment;
  FakeFiles files;
  FakeResolver resolver;
  FakeHttp http;
  FakeProcess process;
  FakeLog log;
  FakePrompt prompt;
  const World world{clock, environment, files, resolver, http, process, log, prompt};

  Call call() const {
    Call call;
    call.now = clock.now();
    call.deadline = clock.uptime() + Milliseconds{10'000};
    return call;
  }
};

}  // namespace pgiam::test
