// Holds calls of the library where a test wants them: inside the log callback, which the request
// below makes them reach.
#pragma once

#include <condition_variable>
#include <mutex>

#include "abi_test.h"

class Gate {
 public:
  // A context whose calls wait at this gate.
  pgiam_status make_context(pgiam_context** out) {
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.log_level = PGIAM_LOG_WARN;
    config.log = [](void* gate, int32_t, const char*, const char*) {
      static_cast<Gate*>(gate)->pass();
    };
    config.log_user_data = this;
    return pgiam_context_new(&config, out, nullptr);
  }

  // Warns, so it logs: the region of the option is not that of the host's name.
  static pgiam_request request(const char* user) {
    static const pgiam_option other_region = {"region", "eu-central-1"};
    pgiam_request request = request_for(user);
    request.flags = PGIAM_REQUEST_REFRESH;
    request.options = &other_region;
    request.option_count = 1;
    return request;
  }

  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_arrivals(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrived_ >= count; });
  }

 private:
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int arrived_ = 0;
};
