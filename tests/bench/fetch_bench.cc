// What a fetch of credentials costs those who wait for it, and how often one is made: storms of
// threads and contexts, credentials near their end, and tokens while a renewal is under way. The
// source is a credential_process that takes its time. Ratios to that time, in one run; the counts must
// hold.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "pgiam.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr char kHost[] = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

void fail(const char* what) {
  std::fprintf(stderr, "fetch_bench: %s\n", what);
  exit(1);
}

// A folder with the program in it; each has its own identity, so nothing of another is cached.
class Source {
 public:
  Source(const char* name, const char* seconds_it_takes, int life_of_credentials)
      : folder_(fs::temp_directory_path() /
                ("pgiam-fetch-" + std::string(name) + "-" + std::to_string(getpid()))) {
    fs::create_directory(folder_);
    std::ofstream(folder_ / "config")
        << "[default]\ncredential_process = " << (folder_ / "program").string() << "\n";
    std::ofstream(folder_ / "program")
        << "#!/bin/sh\ncd " << folder_.string() << "\necho >> begun\nsleep " << seconds_it_takes
        << "\necho >> ended\nprintf '{\"Version\": 1, \"AccessKeyId\": \"AKID\", "
           "\"SecretAccessKey\": \"s\", \"Expiration\": \"%s\"}' $(date -u -d '+"
        << life_of_credentials << " seconds' +%Y-%m-%dT%H:%M:%SZ)\n";
    fs::permissions(folder_ / "program", fs::perms::owner_all);
    setenv("AWS_CONFIG_FILE", (folder_ / "config").c_str(), 1);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() { fs::remove_all(folder_); }

  std::uintmax_t begun() const { return lines("begun"); }
  std::uintmax_t ended() const { return lines("ended"); }

 private:
  std::uintmax_t lines(const char* file) const {
    std::error_code none;
    const auto size = fs::file_size(folder_ / file, none);
    return none ? 0 : size;
  }
  const fs::path folder_;
};

class Context {
 public:
  Context() {
    const pgiam_option options[] = {{"reuse_seconds", "0"}, {"timeout_ms", "60000"}};
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.options = options;
    config.option_count = 2;
    if (pgiam_context_new(&config, &context_, nullptr) != PGIAM_OK) fail("no context");
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { pgiam_context_free(context_); }

  // How long a token took.
  Milliseconds ask() const {
    const auto start = Clock::now();
    pgiam_request request = PGIAM_REQUEST_INIT;
    request.host = kHost;
    request.user = "app_user";
    pgiam_reply* reply = nullptr;
    if (pgiam_before_connect(context_, &request, &reply, nullptr) != PGIAM_OK) fail("no token");
    pgiam_reply_free(reply);
    return Clock::now() - start;
  }

 private:
  pgiam_context* context_ = nullptr;
};

Milliseconds slowest_of(int threads, const std::function<Milliseconds(int)>& ask) {
  std::vector<Milliseconds> took(static_cast<std::size_t>(threads));
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i)
    running.emplace_back([&, i] { took[static_cast<std::size_t>(i)] = ask(i); });
  for (std::thread& thread : running) thread.join();
  return *std::max_element(took.begin(), took.end());
}

void print(const char* subject, std::uintmax_t fetches, std::uintmax_t most, Milliseconds slowest,
           Milliseconds one) {
  std::printf("  %-44s %3ju fetches, the slowest caller %5.2f of one\n", subject, fetches,
              slowest / one);
  if (fetches > most) fail("that is more than there should be");
}

void storms() {
  const auto one_caller = [] {
    const Source source("one", "0.2", 3600);
    return Context().ask();
  };
  const Milliseconds one = one_caller();
  std::printf("a fetch takes one caller %.0f ms\n", one.count());
  {
    const Source source("context", "0.2", 3600);
    const Context context;
    const auto slowest = slowest_of(64, [&](int) { return context.ask(); });
    print("64 threads at one context", source.begun(), 1, slowest, one);
  }
  {
    const Source source("contexts", "0.2", 3600);
    const std::vector<Context> contexts(64);
    const auto slowest =
        slowest_of(64, [&](int i) { return contexts[static_cast<std::size_t>(i)].ask(); });
    print("64 threads, a context each", source.begun(), 1, slowest, one);
  }
  {
    const Source source("near", "0.2", 240);
    const Context context;
    Milliseconds slowest{0};
    for (int i = 0; i < 200; ++i) slowest = std::max(slowest, context.ask());
    print("200 tokens of credentials with 240 s left", source.begun(), 2, slowest, one);
  }
}

double percentile_99(std::vector<Milliseconds> took) {
  if (took.empty()) fail("no token was made meanwhile");
  std::sort(took.begin(), took.end());
  return took[took.size() * 99 / 100].count();
}

// The credentials live for 4 seconds, so that they are renewed after 2.
void renewal() {
  const Source source("renewal", "0.5", 4);
  const Context context;
  context.ask();
  std::vector<Milliseconds> usual, meanwhile;
  std::atomic<int> phase{0};
  std::thread watch([&] {
    const auto until = [&](std::uintmax_t (Source::*count)() const) {
      while ((source.*count)() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      ++phase;
    };
    until(&Source::begun);
    until(&Source::ended);
  });
  while (phase < 2) (phase == 0 ? usual : meanwhile).push_back(context.ask());
  watch.join();
  std::printf("  %-44s 99th percentile %5.2f of the usual\n", "tokens while a renewal takes 500 ms",
              percentile_99(meanwhile) / percentile_99(usual));
}

}  // namespace

int main() {
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"})
    unsetenv(name);
  setenv("HOME", "/nonexistent", 1);
  setenv("PGIAM_CONFIG", "/dev/null", 1);
  storms();
  renewal();
}
